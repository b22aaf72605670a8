//! The states of a block's buckets: a dictionary, then columns over all buckets and all their entries.

use twin_core::Duration;

use super::{
    column::{put_wholes, read_wholes},
    states::{STATES_MAX, State, StateTime, States},
};
use crate::bytes::{Malformed, Reader, put_bytes, put_signed, put_varint};

const TOO_MANY: i64 = -1;

pub(super) fn put_states<'a>(out: &mut Vec<u8>, buckets: impl Iterator<Item = &'a States> + Clone) {
    if buckets.clone().all(States::is_empty) {
        out.push(0);
        return;
    }
    out.push(1);
    let entries = || buckets.clone().flat_map(|states| &states.list);
    let mut words: Vec<&State> = entries().map(|time| &time.state).collect();
    words.sort_unstable();
    words.dedup();
    put_varint(out, words.len() as u64);
    for word in &words {
        match word {
            State::Bool(value) => out.extend_from_slice(&[0, u8::from(*value)]),
            State::Whole(value) => {
                out.push(1);
                put_signed(out, *value);
            }
            State::Text(text) => {
                out.push(2);
                put_bytes(out, text.as_bytes());
            }
        }
    }
    let word = |state: &State| words.binary_search(&state).map_or(0, |at| at as i64);
    let edge = |state: &Option<State>| state.as_ref().map_or(0, |state| word(state) + 1);
    let lengths = buckets.clone().map(|states| {
        if states.too_many {
            TOO_MANY
        } else {
            states.list.len() as i64
        }
    });
    put_wholes(out, &lengths.collect::<Vec<_>>());
    put_wholes(
        out,
        &buckets.clone().map(|s| edge(&s.first)).collect::<Vec<_>>(),
    );
    put_wholes(
        out,
        &buckets.clone().map(|s| edge(&s.last)).collect::<Vec<_>>(),
    );
    put_wholes(
        out,
        &entries().map(|time| word(&time.state)).collect::<Vec<_>>(),
    );
    let unit = [1_000_000, 1_000]
        .into_iter()
        .find(|unit| entries().all(|time| time.held.micros() % unit == 0))
        .unwrap_or(1);
    put_varint(out, unit.unsigned_abs());
    put_wholes(
        out,
        &entries()
            .map(|time| time.held.micros() / unit)
            .collect::<Vec<_>>(),
    );
    put_wholes(
        out,
        &entries()
            .map(|time| time.entered.cast_signed())
            .collect::<Vec<_>>(),
    );
}

pub(super) fn read_states(reader: &mut Reader<'_>, n: usize) -> Result<Vec<States>, Malformed> {
    if reader.u8()? == 0 {
        return Ok(vec![States::default(); n]);
    }
    let count = reader.count(2)?;
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        words.push(match reader.u8()? {
            0 => State::Bool(reader.u8()? != 0),
            1 => State::Whole(reader.signed()?),
            2 => State::Text(reader.text()?.into()),
            _ => return Err(reader.fail("unknown kind of state")),
        });
    }
    let lengths = read_wholes(reader, n)?;
    let bound = TOO_MANY..=STATES_MAX as i64;
    if lengths.iter().any(|length| !bound.contains(length)) {
        return Err(reader.fail("count of states out of range"));
    }
    let total = lengths.iter().map(|length| (*length).max(0) as usize).sum();
    let firsts = read_wholes(reader, n)?;
    let lasts = read_wholes(reader, n)?;
    let which = read_wholes(reader, total)?;
    let unit = reader.varint()?.cast_signed();
    let helds = read_wholes(reader, total)?;
    let entered = read_wholes(reader, total)?;
    let mut entries = which.into_iter().zip(helds).zip(entered);
    let mut all = Vec::with_capacity(n);
    for ((length, first), last) in lengths.into_iter().zip(firsts).zip(lasts) {
        let word = |at: i64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| words.get(at))
                .cloned()
        };
        let mut list = Vec::with_capacity(length.max(0) as usize);
        for ((state, held), entered) in entries.by_ref().take(length.max(0) as usize) {
            list.push(StateTime {
                state: word(state).ok_or_else(|| reader.fail("unknown state"))?,
                held: Duration(held.wrapping_mul(unit)),
                entered: entered.cast_unsigned(),
            });
        }
        all.push(States {
            list,
            too_many: length == TOO_MANY,
            first: word(first.wrapping_sub(1)),
            last: word(last.wrapping_sub(1)),
        });
    }
    Ok(all)
}
