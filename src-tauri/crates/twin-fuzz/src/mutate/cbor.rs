//! Concise binary objects changed item by item.

use ciborium::Value;

use super::Hand;

/// Changes one item at any depth.
pub(super) fn change(bytes: &mut Vec<u8>, hand: &mut Hand<'_>) {
    let Ok(mut value) = ciborium::from_reader::<Value, _>(bytes.as_slice()) else {
        hand.change(bytes);
        return;
    };
    change_item(&mut value, hand);
    let mut written = vec![];
    if ciborium::into_writer(&value, &mut written).is_ok() {
        *bytes = written;
    }
}

fn change_item(value: &mut Value, hand: &mut Hand<'_>) {
    let goes_deeper = !hand.one_in(5);
    match value {
        Value::Array(items) if goes_deeper && !items.is_empty() => change_items(items, hand),
        Value::Map(members) if goes_deeper && !members.is_empty() => change_members(members, hand),
        Value::Tag(_, inside) if goes_deeper => change_item(inside, hand),
        _ => *value = edge(value, hand),
    }
}

fn change_items(items: &mut Vec<Value>, hand: &mut Hand<'_>) {
    let index = hand.below(items.len());
    let copy = hand.pick(items).cloned();
    match hand.below(6) {
        0 => {
            items.remove(index);
        }
        1 => items.extend(copy),
        _ => {
            if let Some(item) = items.get_mut(index) {
                change_item(item, hand);
            }
        }
    }
}

fn change_members(members: &mut Vec<(Value, Value)>, hand: &mut Hand<'_>) {
    let index = hand.below(members.len());
    let copy = hand.pick(members).cloned();
    match hand.below(8) {
        0 => {
            members.remove(index);
        }
        1 => members.extend(copy),
        2 => {
            if let Some((key, _)) = members.get_mut(index) {
                // Labels of SenML: -6 to 8. (RFC 8428, 6)
                *key = Value::from(hand.below(16) as i64 - 7);
            }
        }
        _ => {
            if let Some((_, value)) = members.get_mut(index) {
                change_item(value, hand);
            }
        }
    }
}

fn edge(old: &Value, hand: &mut Hand<'_>) -> Value {
    match hand.below(12) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::from(u64::MAX),
        3 => Value::from(i64::MIN),
        4 => Value::Float(f64::NAN),
        5 => Value::Float(f64::INFINITY),
        6 => Value::Float(1e300),
        7 => Value::Text(hand.word().to_owned()),
        8 => Value::Bytes(vec![0xFF; hand.below(40)]),
        9 => Value::Tag(hand.below(40) as u64, Box::new(old.clone())),
        10 => Value::Array(vec![old.clone()]),
        _ => Value::from(hand.below(3_000_000_000) as i64 - 1_000_000_000),
    }
}
