//! Makes a table say what it is to say, and touches nothing that says it already.

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, RawString, Table, TableLike, Value};

use super::{
    array::{Slot, put_texts, rebuild},
    fields::{Fields, List, Scalar, Sub, Want, same},
};

/// Writes `fields` into a table; `is_new` says that it has just been made. Returns comments of removed keys that found no
/// value to stand at, because none is left.
pub(super) fn sync(table: &mut dyn TableLike, fields: Fields, is_new: bool) -> String {
    let mut homeless = String::new();
    let mut before: Option<String> = None;
    for field in fields.0 {
        let key = field.key;
        let at = before.as_deref();
        homeless += &match field.want {
            Want::Scalar(scalar) => put_scalar(table, at, &key, &scalar, is_new),
            Want::Texts(texts) => put_array_of_texts(table, at, &key, &texts),
            Want::Table(sub) => put_table(table, at, &key, sub),
            Want::List(list) => put_list(table, at, &key, list),
        };
        if table.contains_key(&key) {
            before = Some(key);
        }
    }
    leave_comment(table, &homeless)
}

/// Inserts a key behind the key `before`, or at the beginning.
fn insert(table: &mut dyn TableLike, before: Option<&str>, key: &str, item: Item) {
    let at = before.and_then(|before| table.iter().position(|(name, _)| name == before));
    let after: Vec<String> = table
        .iter()
        .skip(at.map_or(0, |at| at + 1))
        .map(|(name, _)| name.to_owned())
        .collect();
    let mut moved = Vec::new();
    for name in after {
        let own = table.key(&name).cloned();
        moved.extend(own.zip(table.remove(&name)));
    }
    table.insert(key, item);
    for (name, item) in moved {
        table.entry_format(&name).or_insert(item);
    }
}

/// As [`sync`], for a table on one line: the blank before its brace stays there.
fn sync_inline(table: &mut InlineTable, fields: Fields) -> String {
    let keys = table.len();
    let end = table
        .iter()
        .last()
        .map(|(_, value)| value.decor().suffix().cloned());
    let homeless = sync(table, fields, false);
    let Some(end) = end.filter(|_| table.len() != keys) else {
        return homeless;
    };
    let last = table.len().saturating_sub(1);
    for (at, (_, value)) in table.iter_mut().enumerate() {
        if at == last {
            let end = end.clone().unwrap_or_else(|| " ".into());
            value.decor_mut().set_suffix(end);
        } else if raw(value.decor().suffix()).trim().is_empty() {
            value.decor_mut().set_suffix("");
        }
    }
    homeless
}

fn put_scalar(
    table: &mut dyn TableLike,
    before: Option<&str>,
    key: &str,
    scalar: &Scalar,
    is_new: bool,
) -> String {
    let is_default = scalar.is_default();
    let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) else {
        if let Some(value) = &scalar.value
            && (!is_default || (is_new && scalar.is_always_said))
        {
            insert(table, before, key, Item::Value(value.clone()));
        }
        return String::new();
    };
    if scalar.is_said_by(old) {
        return String::new();
    }
    let said = scalar.value.as_ref().or(scalar.default.as_ref());
    match said {
        Some(value) if !is_default || scalar.is_always_said || has_comment(table, key) => {
            set(table, key, value);
            String::new()
        }
        _ => remove_key(table, key),
    }
}

/// Sets a key that is there; its comments stay.
fn set(table: &mut dyn TableLike, key: &str, value: &Value) {
    let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) else {
        return;
    };
    if let (Value::Array(old), Value::Array(new)) = (&mut *old, value)
        && old.len() == new.len()
    {
        for (at, value) in new.iter().enumerate() {
            if old.get(at).is_some_and(|old| !same(old, value)) {
                old.replace(at, value.clone());
            }
        }
        return;
    }
    let decor = old.decor().clone();
    *old = value.clone();
    *old.decor_mut() = decor;
}

fn raw(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

/// What stands above a key and behind its value.
fn around(table: &dyn TableLike, key: &str) -> (String, String) {
    let above = table.key(key).map(|key| raw(key.leaf_decor().prefix()));
    let value = table.get(key).and_then(Item::as_value);
    let behind = value.map(|value| raw(value.decor().suffix()));
    (
        above.unwrap_or_default().to_owned(),
        behind.unwrap_or_default().to_owned(),
    )
}

fn has_comment(table: &dyn TableLike, key: &str) -> bool {
    let (_, behind) = around(table, key);
    behind.contains('#')
}

/// What stands above and behind a key, as lines of comment; empty without one.
fn comment_at(table: &dyn TableLike, key: &str) -> String {
    let (above, behind) = around(table, key);
    if !above.contains('#') && !behind.contains('#') {
        return String::new();
    }
    match behind.trim() {
        "" => above,
        behind => format!("{above}{behind}\n"),
    }
}

/// Removes a key; its comments stay where it was, or are returned when no value is left.
fn remove_key(table: &mut dyn TableLike, key: &str) -> String {
    let comment = comment_at(table, key);
    let after = table
        .iter()
        .skip_while(|(name, _)| *name != key)
        .skip(1)
        .find(|(_, item)| item.is_value())
        .map(|(name, _)| name.to_owned());
    table.remove(key);
    if comment.is_empty() {
        return comment;
    }
    if let Some(mut next) = after.and_then(|after| table.key_mut(&after)) {
        let prefix = format!("{comment}{}", raw(next.leaf_decor().prefix()));
        next.leaf_decor_mut().set_prefix(prefix);
        return String::new();
    }
    leave_comment(table, &comment)
}

/// Puts comment lines behind the last value of a table; returns them when it has none.
fn leave_comment(table: &mut dyn TableLike, comment: &str) -> String {
    let lines = comment.trim_matches('\n');
    if lines.is_empty() {
        return String::new();
    }
    let last = table
        .iter_mut()
        .filter_map(|(_, item)| item.as_value_mut())
        .last();
    let Some(last) = last else {
        return comment.to_owned();
    };
    let suffix = format!("{}\n{lines}", raw(last.decor().suffix()));
    last.decor_mut().set_suffix(suffix);
    String::new()
}

fn put_array_of_texts(
    table: &mut dyn TableLike,
    before: Option<&str>,
    key: &str,
    texts: &[String],
) -> String {
    if !table.contains_key(key) {
        if texts.is_empty() {
            return String::new();
        }
        insert(table, before, key, Item::Value(Value::Array(Array::new())));
    }
    if let Some(array) = table.get_mut(key).and_then(Item::as_array_mut) {
        let was_empty = array.is_empty();
        put_texts(array, texts);
        let is_bare = array.is_empty() && !array.to_string().contains('#');
        if is_bare && !was_empty && !has_comment(table, key) {
            return remove_key(table, key);
        }
    }
    String::new()
}

fn put_table(table: &mut dyn TableLike, before: Option<&str>, key: &str, sub: Sub) -> String {
    let is_there = table.contains_key(key);
    let Some(fields) = sub.fields else {
        return if is_there {
            remove_table(table, key)
        } else {
            String::new()
        };
    };
    if !is_there {
        if fields.is_default() {
            return String::new();
        }
        let item = if sub.is_inline {
            Item::Value(Value::InlineTable(InlineTable::new()))
        } else {
            Item::Table(Table::new())
        };
        insert(table, before, key, item);
    }
    let Some(own) = table.get_mut(key).and_then(Item::as_table_like_mut) else {
        return String::new();
    };
    let was_empty = own.is_empty();
    let mut homeless = String::new();
    if sub.is_map {
        let known: Vec<&str> = fields.0.iter().map(|field| field.key.as_str()).collect();
        let gone: Vec<String> = own
            .iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| !known.contains(&name.as_str()))
            .collect();
        for name in gone {
            homeless += &remove_key(own, &name);
        }
    }
    homeless += &match table.get_mut(key) {
        Some(Item::Value(Value::InlineTable(own))) if is_there => sync_inline(own, fields),
        Some(item) => item
            .as_table_like_mut()
            .map_or_else(String::new, |own| sync(own, fields, !is_there)),
        None => String::new(),
    };
    let own = table.get(key).and_then(Item::as_table_like);
    if own.is_some_and(|own| own.is_empty()) && !was_empty {
        homeless += &remove_table(table, key);
    }
    leave_comment(table, &homeless)
}

/// Removes a table within a table; every comment on it stays, behind the values of the table around it.
fn remove_table(table: &mut dyn TableLike, key: &str) -> String {
    let Some(Item::Table(own)) = table.get(key) else {
        return remove_key(table, key);
    };
    let above = raw(own.decor().prefix());
    let behind = raw(own.decor().suffix()).trim();
    let mut comment = format!("{above}{behind}\n");
    for (name, _) in own.iter() {
        comment += &comment_at(own, name);
    }
    table.remove(key);
    if comment.contains('#') {
        leave_comment(table, &comment)
    } else {
        String::new()
    }
}

/// The part of the text above a table that is not its own comment: everything up to the last empty line.
pub(super) fn foreign_comment(above: &str) -> String {
    let empty_line = above.rfind("\n\n").map(|at| at + 2);
    let end = empty_line.max(above.rfind("\n\r\n").map(|at| at + 3));
    match end.and_then(|end| above.get(..end)) {
        Some(foreign) if foreign.contains('#') => foreign.to_owned(),
        _ => String::new(),
    }
}

fn put_list(table: &mut dyn TableLike, before: Option<&str>, key: &str, list: List) -> String {
    if !table.contains_key(key) {
        if list.items.is_empty() {
            return String::new();
        }
        let item = if list.is_inline {
            Item::Value(Value::Array(Array::new()))
        } else {
            Item::ArrayOfTables(ArrayOfTables::new())
        };
        insert(table, before, key, item);
    }
    match table.get_mut(key) {
        Some(Item::Value(Value::Array(array))) => {
            let was_empty = array.is_empty();
            put_lines(array, list);
            let is_bare = array.is_empty() && !array.to_string().contains('#');
            if is_bare && !was_empty && !has_comment(table, key) {
                return remove_key(table, key);
            }
            String::new()
        }
        Some(Item::ArrayOfTables(tables)) => {
            let kept = put_tables(tables, list);
            if tables.is_empty() {
                table.remove(key);
            }
            leave_comment(table, &kept)
        }
        _ => String::new(),
    }
}

/// Index of the first entry that is not taken yet and whose `id` says `wanted`.
fn find(ids: &[Option<String>], taken: &[usize], wanted: Option<&str>) -> Option<usize> {
    let is_wanted = |(at, id): &(usize, &Option<String>)| {
        id.is_some() && id.as_deref() == wanted && !taken.contains(at)
    };
    ids.iter().enumerate().find(is_wanted).map(|(at, _)| at)
}

fn put_lines(array: &mut Array, list: List) {
    let id_of = |value: &Value| {
        let id = value.as_inline_table()?.get(list.id)?.as_str()?;
        Some(id.to_owned())
    };
    let ids: Vec<Option<String>> = array.iter().map(id_of).collect();
    let mut taken = Vec::new();
    let mut slots = Vec::new();
    for fields in list.items {
        let found = find(&ids, &taken, fields.id(list.id));
        let entry = found.and_then(|at| Some((at, array.get_mut(at)?.as_inline_table_mut()?)));
        if let Some((at, entry)) = entry {
            sync_inline(entry, fields);
            taken.push(at);
            slots.push(Slot::Kept(at));
        } else {
            let mut entry = InlineTable::new();
            sync(&mut entry, fields, true);
            slots.push(Slot::New(Value::InlineTable(entry)));
        }
    }
    rebuild(array, slots);
}

/// Returns comments that stood above removed tables and were not theirs.
fn put_tables(tables: &mut ArrayOfTables, list: List) -> String {
    let id_of = |table: &Table| Some(table.get(list.id)?.as_str()?.to_owned());
    let ids: Vec<Option<String>> = tables.iter().map(id_of).collect();
    let mut taken: Vec<usize> = Vec::new();
    let mut made: Vec<Table> = Vec::new();
    let mut is_new_before_old = false;
    let mut has_new = false;
    for fields in list.items {
        let found = find(&ids, &taken, fields.id(list.id));
        let old = found.and_then(|at| Some((at, tables.get(at)?.clone())));
        if let Some((at, mut table)) = old {
            sync(&mut table, fields, false);
            is_new_before_old |= has_new || taken.last().is_some_and(|last| *last > at);
            taken.push(at);
            made.push(table);
        } else {
            let mut table = Table::new();
            sync(&mut table, fields, true);
            has_new = true;
            made.push(table);
        }
    }
    let gone = tables
        .iter()
        .enumerate()
        .filter(|(at, _)| !taken.contains(at));
    let kept: String = gone
        .map(|(_, table)| foreign_comment(raw(table.decor().prefix())))
        .collect();
    tables.clear();
    for mut table in made {
        if is_new_before_old {
            // Without positions they are written in this order, where their list begins.
            unplace(&mut table);
        }
        tables.push(table);
    }
    kept
}

fn unplace(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => unplace(table),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(unplace),
            Item::None | Item::Value(_) => {}
        }
    }
}
