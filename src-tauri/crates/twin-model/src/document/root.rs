//! The tables of the plant file that stand side by side: found, added, removed with their own comment.

use toml_edit::{ArrayOfTables, DocumentMut, Item, RawString, Table};

use super::{
    fields::Fields,
    sync::{foreign_comment, sync},
};
use crate::error::Error;

/// The tables under `kind`; made when there are none.
///
/// # Errors
/// [`Error::Inline`].
fn tables<'d>(
    document: &'d mut DocumentMut,
    kind: &'static str,
) -> Result<&'d mut ArrayOfTables, Error> {
    let item = document
        .entry(kind)
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or(Error::Inline { kind })
}

fn index_of(tables: &ArrayOfTables, id: &str) -> Option<usize> {
    tables
        .iter()
        .position(|table| table.get("id").and_then(Item::as_str) == Some(id))
}

/// The table with this id.
///
/// # Errors
/// [`Error::Inline`].
pub(super) fn table<'d>(
    document: &'d mut DocumentMut,
    kind: &'static str,
    id: &str,
) -> Result<Option<&'d mut Table>, Error> {
    if !document.contains_key(kind) {
        return Ok(None);
    }
    let tables = tables(document, kind)?;
    Ok(index_of(tables, id).and_then(|index| tables.get_mut(index)))
}

/// Adds the table behind the others of its kind, or changes the one with the same id.
///
/// # Errors
/// [`Error::Inline`].
pub(super) fn put(
    document: &mut DocumentMut,
    kind: &'static str,
    id: &str,
    fields: Fields,
) -> Result<(), Error> {
    if let Some(table) = table(document, kind, id)? {
        sync(table, fields, false);
        return Ok(());
    }
    let mut table = Table::new();
    sync(&mut table, fields, true);
    tables(document, kind)?.push(table);
    Ok(())
}

/// Removes a table together with the comment right above it. What stands further up, after an empty line, stays.
///
/// # Errors
/// [`Error::Unknown`], [`Error::Inline`].
pub(super) fn remove(
    document: &mut DocumentMut,
    kind: &'static str,
    id: &str,
) -> Result<(), Error> {
    let unknown = || Error::Unknown {
        kind,
        id: id.to_owned(),
    };
    if !document.contains_key(kind) {
        return Err(unknown());
    }
    let tables = tables(document, kind)?;
    let index = index_of(tables, id).ok_or_else(unknown)?;
    let removed = tables.remove(index);
    if tables.is_empty() {
        document.remove(kind);
    }
    let above = removed.decor().prefix().and_then(RawString::as_str);
    let kept = foreign_comment(above.unwrap_or_default());
    if !kept.is_empty() {
        keep_comment(document, removed.position(), &kept);
    }
    Ok(())
}

/// Puts a comment above the first table after `position`, or at the end of the file.
fn keep_comment(document: &mut DocumentMut, position: Option<isize>, comment: &str) {
    let after = position.unwrap_or(isize::MAX);
    let mut next: Option<&mut Table> = None;
    collect_next(document.as_table_mut(), after, &mut next);
    if let Some(table) = next {
        let own = table
            .decor()
            .prefix()
            .and_then(RawString::as_str)
            .unwrap_or_default();
        let joined = format!("{comment}{}", own.trim_start_matches('\n'));
        table.decor_mut().set_prefix(joined);
    } else {
        let trailing = document.trailing().as_str().unwrap_or_default();
        document.set_trailing(format!("{comment}{trailing}"));
    }
}

/// Finds the table with the smallest position above `after`, at any depth.
fn collect_next<'d>(table: &'d mut Table, after: isize, next: &mut Option<&'d mut Table>) {
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => consider(table, after, next),
            Item::ArrayOfTables(tables) => tables
                .iter_mut()
                .for_each(|table| consider(table, after, next)),
            Item::None | Item::Value(_) => {}
        }
    }
}

fn consider<'d>(table: &'d mut Table, after: isize, next: &mut Option<&'d mut Table>) {
    // A table that only exists through its children has no header to stand above.
    let own = table
        .position()
        .filter(|position| *position > after && !table.is_implicit() && !table.is_dotted());
    let best = next.as_ref().and_then(|table| table.position());
    if own.is_some_and(|own| best.is_none_or(|best| own < best)) {
        *next = Some(table);
    } else {
        collect_next(table, after, next);
    }
}
