//! Which transitions are stored already.
//!
//! Transitions are stored in one commit with the journal row that they settle. So a call that settles more than ever
//! before brings new ones; one that does not was made again: a retry after an error, or a replay of rows that were
//! settled. The contents alone cannot tell: a value that goes out, in and out again within one source instant makes
//! equal transitions that all happened.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{HashMap, VecDeque},
};

use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use twin_core::alarm::AlarmTransition;

use super::{ACKNOWLEDGED, cause_name};
use crate::lists::json_texts;

/// What two transitions of one occurrence must share to be the same one. Not the moment at which the engine made it:
/// a replay makes it at another.
#[derive(PartialEq, Eq)]
struct Mark {
    source_time: i64,
    cause: Cow<'static, str>,
    from: Cow<'static, str>,
    to: Cow<'static, str>,
}

impl Mark {
    fn of(transition: &AlarmTransition) -> Mark {
        Mark {
            source_time: transition.source_time.micros(),
            cause: cause_name(&transition.cause).into(),
            from: transition.from.name().into(),
            to: transition.to.name().into(),
        }
    }

    fn is_acknowledgement(&self) -> bool {
        self.cause == ACKNOWLEDGED
    }
}

/// By occurrence, the numbers under which its first transitions of the list are stored already, in order. Those that
/// follow them are new.
pub(super) async fn stored<'a>(
    connection: &mut SqliteConnection,
    transitions: &'a [AlarmTransition],
    settles: Ordering,
) -> sqlx::Result<HashMap<&'a str, VecDeque<i64>>> {
    let mut firsts = HashMap::with_capacity(transitions.len());
    for transition in transitions {
        let id = transition.occurrence.as_str();
        firsts.entry(id).or_insert(transition);
    }
    // Where each stands that is known at all: what follows that is new, which is how nearly all are.
    let states: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, state FROM occurrence WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(json_texts(firsts.keys().copied()))
    .fetch_all(&mut *connection)
    .await?;
    let mut stored = HashMap::new();
    for (occurrence, state) in states {
        let Some(first) = firsts.get(occurrence.as_str()) else {
            continue;
        };
        if settles == Ordering::Greater && first.from.name() == state {
            continue;
        }
        let of = |other: &&AlarmTransition| other.occurrence == first.occurrence;
        let list: Vec<Mark> = transitions.iter().filter(of).map(Mark::of).collect();
        let numbers = stored_of(&mut *connection, &occurrence, &list, settles).await?;
        stored.insert(first.occurrence.as_str(), numbers);
    }
    Ok(stored)
}

/// [`stored`] for one occurrence. `settles` compares the row that the call settles with the row that is settled.
async fn stored_of(
    connection: &mut SqliteConnection,
    occurrence: &str,
    list: &[Mark],
    settles: Ordering,
) -> sqlx::Result<VecDeque<i64>> {
    let newest = newest(&mut *connection, occurrence, 1).await?;
    let (Some(first), Some((_, latest))) = (list.first(), newest.last()) else {
        return Ok(VecDeque::new());
    };
    let follows = first.from == latest.to;
    if follows && settles == Ordering::Greater {
        return Ok(VecDeque::new());
    }
    // A replay may stand anywhere in what is stored, because it comes in several calls. But a list that can follow and
    // settles just what is settled may as well be new: acknowledgements and ends of delays come without a row.
    let anywhere = settles == Ordering::Less || (settles == Ordering::Equal && !follows);
    // At the end no more than the list itself has to be looked at, and one acknowledgement behind each of it.
    let at_the_end = i64::try_from(list.len()).map_or(i64::MAX, |length| length.saturating_mul(2));
    let most = if anywhere { i64::MAX } else { at_the_end };
    let known = self::newest(connection, occurrence, most).await?;
    let places = || (0..known.len()).filter_map(|at| matching(known.get(at..)?, list));
    let whole = places()
        .rev()
        .find(|found| anywhere && found.numbers.len() == list.len());
    let found = whole.or_else(|| places().find(|found| found.to_the_end));
    Ok(found.map(|found| found.numbers).unwrap_or_default())
}

struct Matching {
    /// Of the first transitions of the list.
    numbers: VecDeque<i64>,
    /// Nothing but acknowledgements is stored behind them.
    to_the_end: bool,
}

/// Compares the list with what is stored until either ends; none when they differ before. Stored acknowledgements
/// that the list does not have are passed over: a replay of samples does not repeat what people did.
fn matching(stored: &[(i64, Mark)], list: &[Mark]) -> Option<Matching> {
    let mut numbers = VecDeque::new();
    for (seq, mark) in stored {
        match list.get(numbers.len()) {
            Some(wanted) if wanted == mark => numbers.push_back(*seq),
            _ if mark.is_acknowledgement() && !numbers.is_empty() => {}
            Some(_) => return None,
            None => {
                let to_the_end = false;
                return Some(Matching {
                    numbers,
                    to_the_end,
                });
            }
        }
    }
    (!numbers.is_empty()).then_some(Matching {
        numbers,
        to_the_end: true,
    })
}

/// The newest `limit` transitions of an occurrence, oldest first.
async fn newest(
    connection: &mut SqliteConnection,
    occurrence: &str,
    limit: i64,
) -> sqlx::Result<Vec<(i64, Mark)>> {
    let rows = sqlx::query(
        "SELECT seq, source_time, cause, from_state, to_state FROM transition WHERE occurrence = ? \
         ORDER BY seq DESC LIMIT ?",
    );
    let rows = rows
        .bind(occurrence)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    let marked = |row: &SqliteRow| {
        let mark = Mark {
            source_time: row.try_get("source_time")?,
            cause: row.try_get::<String, _>("cause")?.into(),
            from: row.try_get::<String, _>("from_state")?.into(),
            to: row.try_get::<String, _>("to_state")?.into(),
        };
        Ok((row.try_get("seq")?, mark))
    };
    rows.iter().rev().map(marked).collect()
}
