//! The table `[discovery]`.

use twin_core::{Duration, said};

use super::shared::read_size;
use crate::{
    ignored::Ignored,
    plant::Discovery,
    reader::Reader,
    retention::{DISK, age},
};

pub(super) fn discovery(mut table: Reader<'_>) -> Discovery {
    let keep = table.filled_text("keep").and_then(|text| {
        if text == "0" {
            return Some(Duration::ZERO);
        }
        match age(&text) {
            Ok(Some(keep)) => Some(keep),
            Ok(None) => {
                table.fault(
                    "keep",
                    said!(
                        "plantfile-keep-forever",
                        "is \"forever\"; what nobody accepted has to go one day"
                    ),
                );
                None
            }
            Err(fault) => {
                table.fault(
                    "keep",
                    said!(
                        "plantfile-keep",
                        "is \"{text}\": {fault}, or \"0\" for nothing",
                        text = text,
                        fault = fault
                    ),
                );
                None
            }
        }
    });
    let discovery = Discovery {
        keep: keep.unwrap_or(Discovery::KEEP),
        budget: read_size(&mut table, "budget", DISK).unwrap_or(Discovery::BUDGET),
        ignore: table.texts("ignore"),
    };
    for entry in &discovery.ignore {
        if entry.is_empty() {
            table.fault(
                "ignore",
                said!("plantfile-ignore-empty", "holds an empty filter; remove it"),
            );
        } else if let Some(fault) = Ignored::fault(entry) {
            table.fault(
                "ignore",
                said!(
                    "plantfile-value",
                    "\"{text}\": {fault}",
                    text = &**entry,
                    fault = fault
                ),
            );
        }
    }
    table.finish();
    discovery
}
