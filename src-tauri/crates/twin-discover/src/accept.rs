//! What a person accepts to changes of the plant file.

use twin_core::said;
use twin_model::{Asset, Plant};

use crate::{
    accepted::{AcceptedAsset, Change},
    draft::Draft,
    error::Error,
};

/// Most signals accepted at once.
const SIGNALS_MAX: usize = 20_000;

/// The changes of a plant file that take up what was accepted; `made` are the assets that mapping rules made, which no
/// accepted one may take the place of.
///
/// # Errors
/// [`Error::Refused`] with every fault found.
pub fn change(
    accepted: &[AcceptedAsset<'_>],
    plant: &Plant,
    made: &[Asset],
) -> Result<Change, Error> {
    let mut draft = Draft::of(plant, made);
    if accepted.is_empty() {
        draft.say(
            "",
            None,
            None,
            said!("accept-nothing", "Nothing is ticked: tick a signal first."),
        );
    }
    let signals = accepted.iter().map(|asset| {
        let ticked = asset.signals.as_ref().map(Vec::len);
        ticked.unwrap_or(asset.proposal.signals.len())
    });
    let signals: usize = signals.sum();
    if signals > SIGNALS_MAX {
        let text = said!(
            "accept-too-many",
            "{count} signals are more than can be accepted at once: accept {most} at most, then the next.",
            count = signals,
            most = SIGNALS_MAX
        );
        draft.say("", None, None, text);
        return draft.finish();
    }
    for asset in accepted {
        draft.take(asset);
    }
    draft.finish()
}
