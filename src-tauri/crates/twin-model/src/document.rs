//! Edits a plant file in place, so that comments, order and spacing written by people stay.

use std::fmt;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, RawString, Table, Value};

use crate::{
    connection::{Connection, Subscription},
    error::Error,
    plant::Plant,
};

/// A valid plant file as text that can be edited. Every edit either leaves a valid plant file or changes nothing.
#[derive(Clone, Debug)]
pub struct PlantDocument {
    document: DocumentMut,
    plant: Plant,
}

impl PlantDocument {
    /// Reads a plant file for editing.
    ///
    /// # Errors
    /// As [`Plant::parse`].
    pub fn parse(text: &str) -> Result<PlantDocument, Error> {
        let plant = Plant::parse(text)?;
        let document = text.parse::<DocumentMut>().map_err(|error| Error::Syntax {
            line: 1,
            column: 1,
            message: error.message().to_owned(),
        })?;
        Ok(PlantDocument { document, plant })
    }

    /// The plant as it is after the edits so far.
    pub const fn plant(&self) -> &Plant {
        &self.plant
    }

    /// Adds the connection, or changes the one with the same id. Keys that already say the same are left as written.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the connection could not be read back (lines are those of the edited text), and
    /// [`Error::InlineConnections`].
    pub fn put_connection(&mut self, connection: &Connection) -> Result<(), Error> {
        let mut document = self.document.clone();
        let tables = connection_tables(&mut document)?;
        let index = index_of(tables, connection.id.as_str());
        if let Some(table) = index.and_then(|index| tables.get_mut(index)) {
            let before = self.plant.connection(connection.id.as_str());
            write_connection(table, connection, before);
        } else {
            let mut table = Table::new();
            write_connection(&mut table, connection, None);
            tables.push(table);
        }
        self.adopt(document)
    }

    /// Removes a connection together with the comment right above it. What stands further up, after an empty line,
    /// stays.
    ///
    /// # Errors
    /// [`Error::UnknownConnection`], [`Error::ConnectionInUse`], [`Error::InlineConnections`].
    pub fn remove_connection(&mut self, id: &str) -> Result<(), Error> {
        let users: Vec<_> = self
            .plant
            .assets
            .iter()
            .filter(|asset| asset.connection.as_str() == id)
            .collect();
        if !users.is_empty() {
            let assets = users.iter().map(|asset| asset.id.to_string()).collect();
            return Err(Error::ConnectionInUse {
                id: id.to_owned(),
                assets,
            });
        }
        let mut document = self.document.clone();
        let tables = connection_tables(&mut document)?;
        let index =
            index_of(tables, id).ok_or_else(|| Error::UnknownConnection { id: id.to_owned() })?;
        let removed = tables.remove(index);
        let now_empty = tables.is_empty();
        if now_empty {
            document.remove("connection");
        }
        let kept = foreign_comment(removed.decor().prefix());
        if !kept.is_empty() {
            keep_comment(&mut document, removed.position(), &kept);
        }
        self.adopt(document)
    }

    fn adopt(&mut self, document: DocumentMut) -> Result<(), Error> {
        let plant = Plant::parse(&document.to_string())?;
        // Read afresh, so that positions of added tables are settled before the next edit.
        let document = document.to_string().parse().unwrap_or(document);
        *self = PlantDocument { document, plant };
        Ok(())
    }
}

impl fmt::Display for PlantDocument {
    /// The text of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document.fmt(f)
    }
}

fn connection_tables(document: &mut DocumentMut) -> Result<&mut ArrayOfTables, Error> {
    let item = document
        .entry("connection")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut()
        .ok_or(Error::InlineConnections)
}

fn index_of(tables: &ArrayOfTables, id: &str) -> Option<usize> {
    tables
        .iter()
        .position(|table| table.get("id").and_then(Item::as_str) == Some(id))
}

/// The part of the text above a table that is not its own comment: everything up to the last empty line.
fn foreign_comment(prefix: Option<&RawString>) -> String {
    let text = prefix.and_then(RawString::as_str).unwrap_or_default();
    match text.rfind("\n\n") {
        Some(end) if text[..end].contains('#') => text[..end + 2].to_owned(),
        _ => String::new(),
    }
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

fn write_connection(table: &mut Table, connection: &Connection, before: Option<&Connection>) {
    let default = |text: &Option<String>| text.clone().unwrap_or_default();
    set(table, "id", connection.id.as_str().into(), true);
    set(table, "name", connection.name.as_str().into(), true);
    set(table, "host", connection.host.as_str().into(), true);
    set(table, "port", i64::from(connection.port).into(), true);
    set(table, "protocol", connection.protocol.name().into(), true);
    set(table, "security", connection.security.name().into(), true);
    for (key, text) in [
        ("ca_file", &connection.ca_file),
        ("certificate_file", &connection.certificate_file),
        ("key_file", &connection.key_file),
        ("username", &connection.username),
    ] {
        set(table, key, default(text).into(), text.is_some());
    }
    set(table, "session", connection.session.name().into(), true);
    set(
        table,
        "allow_rebirth",
        connection.allow_rebirth.into(),
        connection.allow_rebirth,
    );
    if before.map(|before| &before.subscriptions) != Some(&connection.subscriptions) {
        write_subscriptions(table, &connection.subscriptions);
    }
}

/// Sets a key. One that says the same already stays as it is written; a new one at its default is left out.
fn set(table: &mut Table, key: &str, value: Value, write_when_absent: bool) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if same(old, &value) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None if write_when_absent => {
            table.insert(key, Item::Value(value));
        }
        None => {}
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::Boolean(a), Value::Boolean(b)) => a.value() == b.value(),
        _ => false,
    }
}

/// Keeps, entry by entry, what is already written for a filter that stays.
fn write_subscriptions(table: &mut Table, subscriptions: &[Subscription]) {
    if let Some(Item::ArrayOfTables(old)) = table.get("subscriptions") {
        let mut tables = ArrayOfTables::new();
        for subscription in subscriptions {
            let kept = old.iter().find(|table| {
                table.get("filter").and_then(Item::as_str) == Some(&subscription.filter)
            });
            let mut entry = kept.cloned().unwrap_or_default();
            set(
                &mut entry,
                "filter",
                subscription.filter.as_str().into(),
                true,
            );
            set(&mut entry, "qos", i64::from(subscription.qos).into(), true);
            set(
                &mut entry,
                "everything",
                subscription.everything.into(),
                subscription.everything,
            );
            tables.push(entry);
        }
        table.insert("subscriptions", Item::ArrayOfTables(tables));
        return;
    }
    if table
        .get("subscriptions")
        .and_then(Item::as_array)
        .is_none()
    {
        table.insert("subscriptions", Item::Value(Value::Array(Array::new())));
    }
    if let Some(array) = table.get_mut("subscriptions").and_then(Item::as_array_mut) {
        edit_array(array, subscriptions);
    }
}

fn filter_of(value: &Value) -> Option<&str> {
    value
        .as_inline_table()
        .and_then(|table| table.get("filter"))
        .and_then(Value::as_str)
}

fn edit_array(array: &mut Array, subscriptions: &[Subscription]) {
    array.retain(|value| {
        subscriptions
            .iter()
            .any(|s| Some(s.filter.as_str()) == filter_of(value))
    });
    for (index, subscription) in subscriptions.iter().enumerate() {
        let found = (index..array.len())
            .find(|at| array.get(*at).and_then(filter_of) == Some(&subscription.filter));
        let mut entry = match found {
            Some(at) => array.remove(at),
            None => {
                let lead = lead_of_new_entry(array, index);
                Value::InlineTable(InlineTable::new()).decorated(lead, "")
            }
        };
        if let Some(table) = entry.as_inline_table_mut() {
            set_inline(table, "filter", subscription.filter.as_str().into(), true);
            set_inline(table, "qos", i64::from(subscription.qos).into(), true);
            set_inline(
                table,
                "everything",
                subscription.everything.into(),
                subscription.everything,
            );
        }
        array.insert_formatted(index.min(array.len()), entry);
    }
}

/// What stands before a new entry: it is laid out like its neighbour, on a line of its own when that has one. A comment
/// after the last entry's comma stays on that entry's line.
fn lead_of_new_entry(array: &mut Array, index: usize) -> String {
    let neighbour = array
        .get(index.saturating_sub(1))
        .and_then(|value| value.decor().prefix());
    let prefix = neighbour.and_then(RawString::as_str).unwrap_or_default();
    let Some((_, indent)) = prefix.rsplit_once('\n') else {
        return if index == 0 {
            String::new()
        } else {
            " ".to_owned()
        };
    };
    let indent = indent.to_owned();
    let trailing = array.trailing().as_str().unwrap_or_default().to_owned();
    let (comment, rest) = trailing.split_once('\n').unwrap_or_default();
    if index < array.len() || !comment.contains('#') {
        return format!("\n{indent}");
    }
    let lead = format!("{comment}\n{indent}");
    array.set_trailing(format!("\n{rest}"));
    lead
}

fn set_inline(table: &mut InlineTable, key: &str, value: Value, write_when_absent: bool) {
    match table.get_mut(key) {
        Some(old) if same(old, &value) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None if write_when_absent => {
            table.insert(key, value);
        }
        None => {}
    }
}
