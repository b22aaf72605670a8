//! What readers of several tables share.

use std::collections::HashSet;

use twin_core::said;

use crate::{
    reader::Reader,
    retention::{SizeRange, size},
    topic,
};

/// Reads the id of a table and reports it when another table of the same sort has it.
pub(super) fn unique_id(table: &mut Reader<'_>, seen: &mut HashSet<String>) -> String {
    let id = table.id("id");
    if !id.is_empty() && !seen.insert(id.clone()) {
        table.fault(
            "id",
            said!(
                "plantfile-id-twice",
                "\"{id}\" stands twice; give each its own id",
                id = &*id
            ),
        );
    }
    id
}

pub(super) fn reference(table: &Reader<'_>, key: &str, id: &str, known: bool) {
    if !known && !id.is_empty() {
        table.fault(
            key,
            said!(
                "plantfile-reference",
                "there is no {key} \"{id}\"; correct the id or add a [[{key}]]",
                key = key,
                id = id
            ),
        );
    }
}

/// Whether a file would not lie beside the plant file or below.
pub(super) fn leads_out(file: &str) -> bool {
    let is_absolute = file.starts_with(['/', '\\']) || file.contains(':');
    is_absolute || file.split(['/', '\\']).any(|part| part == "..")
}

/// Checks a topic filter that is there.
pub(super) fn check_filter(table: &Reader<'_>, key: &str, filter: &str) {
    if let Some(fault) = topic::filter_fault(filter).filter(|_| !filter.is_empty()) {
        table.fault(
            key,
            said!(
                "plantfile-value",
                "\"{text}\": {fault}",
                text = filter,
                fault = fault
            ),
        );
    }
}

/// Reads a size, as `"1MB"`.
pub(super) fn read_size(
    table: &mut Reader<'_>,
    key: &'static str,
    range: SizeRange,
) -> Option<u64> {
    let text = table.filled_text(key)?;
    let read = size(&text, range);
    match read {
        Ok(size) => Some(size),
        Err(fault) => {
            table.fault(
                key,
                said!(
                    "plantfile-is-value",
                    "is \"{text}\": {fault}",
                    text = text,
                    fault = fault
                ),
            );
            None
        }
    }
}

/// Checks an IANA time zone as far as its spelling goes.
pub(super) fn check_zone(table: &Reader<'_>, key: &str, zone: &str) {
    if zone.chars().any(char::is_whitespace) {
        table.fault(
            key,
            said!(
                "plantfile-zone",
                "must be an IANA time zone such as \"Europe/Berlin\""
            ),
        );
    }
}

/// An address is a topic, `#`, and a path inside the payload.
pub(super) fn check_address(table: &Reader<'_>, key: &str, address: &str) {
    let fault = match address.split_once('#') {
        None => Some(said!("plantfile-address-hash", "has no `#`")),
        Some(("", _)) => Some(said!(
            "plantfile-address-topic",
            "has no topic before the `#`"
        )),
        Some((_, "")) => Some(said!("plantfile-address-path", "has nothing after the `#`")),
        Some((topic, _)) if topic.contains('+') => Some(said!(
            "plantfile-address-wildcard",
            "has a wildcard in its topic"
        )),
        Some(_) => None,
    };
    if let Some(fault) = fault {
        table.fault(
            key,
            said!(
                "plantfile-address",
                "\"{address}\" {fault}; write it as topic#path, such as \"line1/oven#temperature\"",
                address = address,
                fault = fault
            ),
        );
    }
}
