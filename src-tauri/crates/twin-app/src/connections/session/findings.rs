//! What the session doctor found, in words.

use twin_core::{Duration, Said, said};
use twin_payload::{
    NodeState,
    sparkplug::{LifeFacts, NodeSession},
};

use crate::api::session::FindingView;

/// So many aliases or metrics are named in a finding.
const NAMED_MAX: usize = 5;
/// A clock further ahead than this is no delay.
const AHEAD: Duration = Duration::from_secs(1);
/// A clock further behind than this is hardly delay alone.
const BEHIND: Duration = Duration::from_secs(10);

/// A finding with its weight: the worse the heavier.
pub struct Found(pub u32, pub FindingView);

fn finding(weight: u32, brief: Said, message: Said, advice: Said) -> Found {
    let finding = FindingView {
        brief: brief.into(),
        message: message.into(),
        advice: advice.into(),
    };
    Found(weight, finding)
}

/// All that is to be said of an edge node.
pub fn of_node(node: &NodeSession, may_rebirth: bool) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(life(&node.life, may_rebirth));
    found.extend(alias(node));
    found.extend(storm(node));
    found.extend(order(node));
    found.extend(
        [deaf(node), retyped(node), clock(node)]
            .into_iter()
            .flatten(),
    );
    found
}

/// A device whose edge node is dead.
pub fn dragged(node: &NodeSession) -> Found {
    finding(
        10,
        said!("session-found-node", "node offline"),
        said!("session-found-node-message", "its edge node is dead"),
        said!(
            "session-found-node-advice",
            "See {node}.",
            node = &*node.node
        ),
    )
}

/// What the state of a node or device tells.
pub fn life(life: &LifeFacts, may_rebirth: bool) -> Option<Found> {
    let ask = || match may_rebirth {
        true => said!("session-found-ask", "Ask for a rebirth, or restart it."),
        false => said!(
            "session-found-allow",
            "Allow rebirth requests in the connection's settings and ask for one, or restart it."
        ),
    };
    match life.state {
        NodeState::Online => None,
        NodeState::Offline => Some(finding(
            1_000,
            said!("session-found-offline", "offline"),
            said!(
                "session-found-offline-message",
                "its death certificate came, and no birth since: its values are BAD"
            ),
            said!(
                "session-found-offline-advice",
                "Look at its power, its network and its link to the broker."
            ),
        )),
        NodeState::Unknown => Some(finding(
            300,
            said!("session-found-nameless", "birth missing"),
            said!(
                "session-found-nameless-message",
                "data comes, and its birth was never heard: named values are UNCERTAIN, those under an alias alone have no name"
            ),
            ask(),
        )),
        NodeState::KeptBirth => Some(finding(
            200,
            said!("session-found-kept", "old birth"),
            said!(
                "session-found-kept-message",
                "its values are read with a birth from before, and are UNCERTAIN until the next one"
            ),
            ask(),
        )),
    }
}

fn values(count: u64) -> Said {
    said!(
        "session-found-values",
        "{count} value" | "{count} values",
        count = count
    )
}

/// What became of messages with values that could not be named.
fn kept_whole(count: u64) -> Said {
    said!(
        "session-found-kept-whole",
        "{count} message is kept whole with those that could not be read"
            | "{count} messages are kept whole with those that could not be read",
        count = count
    )
}

fn alias(node: &NodeSession) -> Option<Found> {
    let count = node.counts.unknown_metrics;
    if count == 0 {
        return None;
    }
    let named = node.failed_aliases.iter().take(NAMED_MAX).map(|failed| {
        said!(
            "session-found-alias",
            "{alias} of {source} ({count}×)",
            alias = failed.alias.to_string(),
            source = &*failed.source,
            count = failed.count
        )
    });
    let message = match Said::listed(named) {
        None => said!(
            "session-found-unnamed",
            "{values} could not be named: no name and no alias; {kept}",
            values = values(count),
            kept = kept_whole(node.counts.partly_read)
        ),
        Some(aliases) => said!(
            "session-found-aliases",
            "{values} could not be named: aliases that no birth had: {aliases}; {kept}",
            values = values(count),
            aliases = aliases,
            kept = kept_whole(node.counts.partly_read)
        ),
    };
    Some(finding(
        500,
        said!(
            "session-found-failures",
            "{count} alias failure" | "{count} alias failures",
            count = count
        ),
        message,
        said!(
            "session-found-failures-advice",
            "Ask for a rebirth. If it goes on, its births leave out metrics, or two programs publish under its name."
        ),
    ))
}

fn storm(node: &NodeSession) -> Option<Found> {
    let births = &node.births;
    if births.storms == 0 {
        return None;
    }
    let (asked, others) = (node.counts.rebirths_asked, node.counts.rebirth_commands);
    let times = said!(
        "session-found-times",
        "{count} time" | "{count} times",
        count = births.storms
    );
    let last = said!(
        "session-found-births",
        "{count} birth" | "{count} births",
        count = births.last_hour
    );
    let message = match asked + others {
        0 => said!(
            "session-found-storms-message",
            "3 births within a minute, {times}; {births} in the hour before the last",
            times = times,
            births = last
        ),
        _ => said!(
            "session-found-storms-asked",
            "3 births within a minute, {times}; {births} in the hour before the last; rebirths asked: {asked} from here, \
             {others} by others",
            times = times,
            births = last,
            asked = asked,
            others = others
        ),
    };
    let advice = match others > asked {
        true => said!(
            "session-found-storms-host",
            "Another host application asks it again and again: look there, and why its births do not satisfy it."
        ),
        false => said!(
            "session-found-storms-link",
            "Its link to the broker may come and go, or two programs may use its client id: look into its log."
        ),
    };
    let brief = said!(
        "session-found-storms",
        "{count} rebirth storm" | "{count} rebirth storms",
        count = births.storms
    );
    Some(finding(400, brief, message, advice))
}

fn order(node: &NodeSession) -> impl Iterator<Item = Found> {
    let counts = &node.counts;
    let gaps = (counts.gaps > 0).then(|| gaps(counts.gaps));
    let given_up = (counts.given_up > 0).then(|| given_up(counts.given_up));
    let reordered = (counts.reordered > 0).then(|| reordered(counts.reordered));
    let jumps = (counts.bd_seq_jumps > 0).then(|| jumps(counts.bd_seq_jumps));
    [gaps, given_up, jumps, reordered].into_iter().flatten()
}

fn gaps(count: u64) -> Found {
    finding(
        150,
        said!(
            "session-found-gaps",
            "{count} gap" | "{count} gaps",
            count = count
        ),
        said!(
            "session-found-gaps-message",
            "{count} gap in its sequence numbers: messages were lost on the way"
                | "{count} gaps in its sequence numbers: messages were lost on the way",
            count = count
        ),
        said!(
            "session-found-gaps-advice",
            "Check that the filters cover all of its topics, and the broker's queue limits and dropped messages."
        ),
    )
}

fn given_up(count: u64) -> Found {
    finding(
        120,
        said!(
            "session-found-given-up",
            "{count} unexplained message" | "{count} unexplained messages",
            count = count
        ),
        said!(
            "session-found-given-up-message",
            "{count} message waited for a birth in vain and was read without it"
                | "{count} messages waited for a birth in vain and were read without it",
            count = count
        ),
        said!(
            "session-found-given-up-advice",
            "Ask for a rebirth, and check that its NBIRTH and DBIRTH reach this connection."
        ),
    )
}

fn reordered(count: u64) -> Found {
    finding(
        30,
        said!("session-found-order", "out of order"),
        said!(
            "session-found-order-message",
            "{count} message came after a later one; it was put in order"
                | "{count} messages came after a later one; they were put in order",
            count = count
        ),
        said!(
            "session-found-order-advice",
            "Nothing, if it stays rare; else let its messages take one way only: bridges and shared filters mix them."
        ),
    )
}

fn jumps(count: u64) -> Found {
    finding(
        100,
        said!(
            "session-found-jumps",
            "{count} bdSeq jump" | "{count} bdSeq jumps",
            count = count
        ),
        said!(
            "session-found-jumps-message",
            "the number that ties its death to its birth skipped some: births were missed, or two programs publish \
             under its name"
        ),
        said!(
            "session-found-jumps-advice",
            "Make sure that only one program has its group and node id."
        ),
    )
}

/// It does not do as it is asked.
fn deaf(node: &NodeSession) -> Option<Found> {
    let counts = &node.counts;
    let unanswered = counts
        .rebirths_asked
        .saturating_sub(counts.rebirths_answered);
    // The last one may be on its way.
    (unanswered > 1).then(|| {
        finding(
            180,
            said!("session-found-deaf", "rebirth unanswered"),
            said!(
                "session-found-deaf-message",
                "{unanswered} of {asked} rebirth requests brought no birth",
                unanswered = unanswered,
                asked = counts.rebirths_asked
            ),
            said!(
                "session-found-deaf-advice",
                "Check that it may subscribe to its NCMD topic and that this connection may publish there."
            ),
        )
    })
}

fn retyped(node: &NodeSession) -> Option<Found> {
    let named = node.retyped.iter().take(NAMED_MAX).map(|one| {
        said!(
            "session-found-retyped",
            "{metric} of {source} from {from} to {to}",
            metric = &*one.metric,
            source = &*one.source,
            from = type_name(one.from),
            to = type_name(one.to)
        )
    });
    let metrics = Said::listed(named)?;
    Some(finding(
        60,
        said!("session-found-types", "types change"),
        said!(
            "session-found-types-message",
            "metrics changed their data type: {metrics}",
            metrics = metrics
        ),
        said!(
            "session-found-types-advice",
            "Give each metric one data type in its configuration."
        ),
    ))
}

/// Names of the data types 1 to 34 (Sparkplug 3.0, section 6.4.16).
const TYPES: [&str; 34] = [
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Double",
    "Boolean",
    "String",
    "DateTime",
    "Text",
    "UUID",
    "DataSet",
    "Bytes",
    "File",
    "Template",
    "PropertySet",
    "PropertySetList",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "UInt8Array",
    "UInt16Array",
    "UInt32Array",
    "UInt64Array",
    "FloatArray",
    "DoubleArray",
    "BooleanArray",
    "StringArray",
    "DateTimeArray",
];

fn type_name(number: u32) -> Said {
    let index = (number as usize).checked_sub(1);
    match index.and_then(|index| TYPES.get(index)) {
        Some(name) => Said::from(*name),
        None => said!(
            "session-found-type",
            "type {number}",
            number = number.to_string()
        ),
    }
}

fn clock(node: &NodeSession) -> Option<Found> {
    let offset = node.clock_offset?;
    let seconds = format!("{:.0}", offset.secs_f64().abs());
    let (brief, message) = if offset.0 < -AHEAD.0 {
        (
            said!("session-found-ahead", "clock ahead"),
            said!(
                "session-found-ahead-message",
                "its clock is {seconds} s ahead of this machine's",
                seconds = seconds
            ),
        )
    } else if offset > BEHIND {
        (
            said!("session-found-behind", "clock behind"),
            said!(
                "session-found-behind-message",
                "its last message was {seconds} s old when it came: by its clock, or by delay",
                seconds = seconds
            ),
        )
    } else {
        return None;
    };
    let advice = said!(
        "session-found-clock-advice",
        "Let it and this machine keep their time by NTP."
    );
    Some(finding(80, brief, message, advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_types_have_their_names() {
        let name = |number| type_name(number).to_string();
        assert_eq!((name(1), name(9)), ("Int8".into(), "Float".into()));
        assert_eq!(name(34), "DateTimeArray");
        assert_eq!((name(0), name(99)), ("type 0".into(), "type 99".into()));
    }
}
