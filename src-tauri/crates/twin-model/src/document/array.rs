//! Edits arrays in place. A comment at the end of a line belongs to the entry before it, although the parser hands it out
//! with the entry after it.

use toml_edit::{Array, Decor, RawString, Value};

/// What stands at a place of the edited array.
pub(super) enum Slot {
    /// The entry that stood at this index.
    Kept(usize),
    /// Another value.
    New(Value),
}

/// An entry, what stands before it on its own lines, and what follows it on its line.
struct Entry {
    value: Value,
    lead: String,
    tail: String,
}

/// Text between two entries, split into the rest of the first one's line and the lines before the second.
fn split(between: &str) -> (&str, &str) {
    match between.find('\n') {
        Some(at) => between.split_at(at),
        None if between.contains('#') => (between, ""),
        None => ("", between),
    }
}

fn text(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}

/// Makes the array hold what `slots` say, in their order. An entry that goes takes its own comments with it.
pub(super) fn rebuild(array: &mut Array, slots: Vec<Slot>) {
    let is_untouched = slots.len() == array.len()
        && slots
            .iter()
            .enumerate()
            .all(|(at, slot)| matches!(slot, Slot::Kept(index) if *index == at));
    if is_untouched {
        return;
    }
    let (mut old, head, closing) = take_apart(array);
    let first_lead = old
        .first()
        .and_then(Option::as_ref)
        .map(|entry| entry.lead.clone());
    let model = old.last().and_then(Option::as_ref);
    // A new entry is laid out like the last one, on a line of its own when that has one.
    let new_lead = match model.and_then(|entry| entry.lead.rsplit_once('\n')) {
        Some((_, indent)) => format!("\n{indent}"),
        None if closing.contains('\n') => format!("{}    ", closing.trim_end_matches(' ')),
        None => " ".to_owned(),
    };
    let mut before = head;
    for (at, slot) in slots.into_iter().enumerate() {
        let mut entry = match slot {
            Slot::Kept(index) => match old.get_mut(index).and_then(Option::take) {
                Some(entry) => entry,
                None => continue,
            },
            Slot::New(value) => Entry {
                value,
                lead: new_lead.clone(),
                tail: String::new(),
            },
        };
        if at == 0 && !entry.lead.contains('\n') {
            entry.lead = first_lead.clone().unwrap_or_default();
        } else if at > 0 && entry.lead.is_empty() {
            entry.lead = " ".to_owned();
        }
        let prefix = join(&before, &entry.lead);
        *entry.value.decor_mut() = Decor::new(prefix, "");
        array.push_formatted(entry.value);
        before = entry.tail;
    }
    array.set_trailing(join(&before, &closing));
}

/// Takes every entry out; also says what follows the opening and what precedes the closing bracket.
fn take_apart(array: &mut Array) -> (Vec<Option<Entry>>, String, String) {
    let mut entries: Vec<Option<Entry>> = Vec::new();
    let mut head = String::new();
    // Without a comma after the last entry, the end of its line is its own.
    let mut suffix = String::new();
    for value in array.iter() {
        let between = format!("{suffix}{}", text(value.decor().prefix()));
        let (tail, lead) = split(&between);
        match entries.last_mut().and_then(Option::as_mut) {
            Some(entry) => entry.tail = tail.to_owned(),
            None => head = tail.to_owned(),
        }
        suffix = text(value.decor().suffix()).to_owned();
        entries.push(Some(Entry {
            value: value.clone(),
            lead: lead.to_owned(),
            tail: String::new(),
        }));
    }
    let between = format!("{suffix}{}", array.trailing().as_str().unwrap_or_default());
    let (tail, closing) = split(&between);
    match entries.last_mut().and_then(Option::as_mut) {
        Some(entry) => entry.tail = tail.to_owned(),
        None => head = tail.to_owned(),
    }
    let closing = closing.to_owned();
    array.clear();
    (entries, head, closing)
}

/// A comment reaches to the end of its line, so what follows it begins with a new one.
fn join(tail: &str, next: &str) -> String {
    if tail.contains('#') && !next.starts_with('\n') {
        format!("{tail}\n{next}")
    } else {
        format!("{tail}{next}")
    }
}

/// Makes an array of texts hold `texts`; what is there already stays as it is written.
pub(super) fn put_texts(array: &mut Array, texts: &[String]) {
    let mut taken = vec![false; array.len()];
    let slots = texts.iter().map(|text| {
        let found = array.iter().enumerate().position(|(at, value)| {
            value.as_str() == Some(text) && taken.get(at).is_some_and(|taken| !taken)
        });
        match found {
            Some(at) => {
                if let Some(taken) = taken.get_mut(at) {
                    *taken = true;
                }
                Slot::Kept(at)
            }
            None => Slot::New(text.as_str().into()),
        }
    });
    let slots = slots.collect();
    rebuild(array, slots);
}
