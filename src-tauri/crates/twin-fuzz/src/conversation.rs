//! A conversation with one decoder, and what must hold whatever is said.

use std::collections::HashSet;

use twin_core::{Timestamp, ValueKind};
use twin_payload::{
    Convention, Decoder, Description, HoldId, Limits, Message, Observations, SourceEvent,
};

use crate::{
    broken::{Broken, ensure},
    script::{Part, Script},
    settings::{Said, decoder, limits},
};

/// 2023-11-14T22:13:20Z, when every conversation begins.
const BEGIN: Timestamp = Timestamp(1_700_000_000_000_000);

/// How often a decoder may ask for more time before it lets everything go that it holds.
const POLLS_MAX: usize = 64;

/// What is done with a part.
const POLL: u8 = 1;
const LET_GO: u8 = 2;
const RESTORE: u8 = 3;

/// A part as a message.
struct Heard<'a> {
    choice: u8,
    topic: String,
    media: Option<String>,
    user: Vec<(String, String)>,
    part: &'a Part,
    at: Timestamp,
}

impl<'a> Heard<'a> {
    fn all(script: &'a Script) -> Vec<Self> {
        let mut at = BEGIN;
        let hear = |part: &'a Part| {
            at = Timestamp(at.0 + part.step_ms() * 1_000);
            let properties = String::from_utf8_lossy(&part.properties).into_owned();
            let mut lines = properties.split('\n');
            let media = lines.next().unwrap_or_default();
            let user = lines.filter_map(|line| line.split_once('='));
            Heard {
                choice: part.choice(),
                topic: part.name(),
                media: (!media.is_empty()).then(|| media.to_owned()),
                user: user
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                part,
                at,
            }
        };
        script.parts.iter().map(hear).collect()
    }

    fn message(&self) -> Message<'_> {
        Message {
            topic: &self.topic,
            payload: &self.part.body,
            retain: self.part.flag(2),
            dup: self.part.flag(3),
            received: self.at,
            content_type: self.media.as_deref(),
            user: &self.user,
        }
    }

    /// Says it; whether it was taken.
    fn say(&self, decoder: &mut Decoder, out: &mut Observations) -> bool {
        match self.choice {
            POLL => decoder.poll(self.at, out),
            LET_GO => decoder.let_go(self.at, out),
            RESTORE => {
                let restored = decoder.restore_birth(&self.topic, &self.part.body);
                return restored.is_ok();
            }
            _ => {}
        }
        true
    }
}

/// What a decoder made of one part: by itself first, of the message then.
struct Made {
    before: Observations,
    /// None when the message was rejected.
    after: Option<Observations>,
    restored: bool,
}

/// Has the conversation, when it is to be thorough a second time without what was rejected the first time: a rejected
/// message leaves nothing behind, and the same messages give the same.
///
/// # Errors
/// What did not hold.
pub fn check(said: Said, script: &Script, is_thorough: bool) -> Result<(), Broken> {
    let heard = Heard::all(script);
    let limits = limits(script);
    let mut first = decoder(said, script);
    let mut held = HashSet::new();
    let mut made = Vec::with_capacity(heard.len());
    for one in &heard {
        made.push(speak(&mut first, one, &limits, &mut held)?);
    }
    let distinct: HashSet<&str> = addresses(&first).collect();
    ensure(distinct.len() == first.address_count(), || {
        "an address has two numbers".into()
    })?;
    if is_thorough {
        again(&first, decoder(said, script), &heard, &made)?;
    }
    drain(&mut first, &heard, held)
}

/// Says once more what was taken.
fn again(
    first: &Decoder,
    mut second: Decoder,
    heard: &[Heard<'_>],
    made: &[Made],
) -> Result<(), Broken> {
    let mut out = Observations::new();
    for (number, (one, made)) in heard.iter().zip(made).enumerate() {
        out.clear();
        if one.choice != RESTORE || made.restored {
            one.say(&mut second, &mut out);
        }
        same(number, &made.before, &out)?;
        if let Some(after) = &made.after {
            out.clear();
            let again = second.decode(one.message(), &mut out);
            ensure(again.is_ok(), || {
                format!(
                    "part {number} was taken, and without the rejected ones it is not: {again:?}"
                )
            })?;
            same(number, after, &out)?;
        }
    }
    ensure(addresses(first).eq(addresses(&second)), || {
        "rejected messages changed the addresses".into()
    })?;
    ensure(
        first.nodes() == second.nodes() && first.session() == second.session(),
        || "rejected messages changed the Sparkplug sessions".into(),
    )
}

fn addresses(decoder: &Decoder) -> impl Iterator<Item = &str> {
    let last = u32::try_from(decoder.address_count()).unwrap_or(u32::MAX);
    (0..last).map(|index| decoder.address(twin_payload::AddressIx(index)))
}

fn speak(
    decoder: &mut Decoder,
    one: &Heard<'_>,
    limits: &Limits,
    held: &mut HashSet<HoldId>,
) -> Result<Made, Broken> {
    let mut before = Observations::new();
    let restored = one.say(decoder, &mut before);
    sound(decoder, &before, limits)?;
    release(&before, held)?;
    let mut after = Observations::new();
    if one.choice == RESTORE {
        return Ok(Made {
            before,
            after: None,
            restored,
        });
    }
    let known = (decoder.address_count(), decoder.next_deadline());
    let result = decoder.decode(one.message(), &mut after);
    if result.is_err() {
        let added = after != Observations::new();
        ensure(!added, || "a rejected message added something".into())?;
        let now = (decoder.address_count(), decoder.next_deadline());
        ensure(known == now, || {
            "a rejected message changed the decoder".into()
        })?;
    }
    sound(decoder, &after, limits)?;
    if let Some(id) = after.held() {
        ensure(held.insert(id), || format!("{id:?} is held twice"))?;
    }
    release(&after, held)?;
    Ok(Made {
        before,
        after: result.is_ok().then_some(after),
        restored,
    })
}

/// What holds of observations, whoever made them.
fn sound(decoder: &Decoder, out: &Observations, limits: &Limits) -> Result<(), Broken> {
    let columns = [
        out.times().len(),
        out.kinds().len(),
        out.bits().len(),
        out.qualities().len(),
        out.iter().count(),
    ];
    ensure(columns == [out.len(); 5], || {
        format!("columns of {columns:?} rows")
    })?;
    let count = decoder.address_count();
    ensure(count <= limits.addresses, || format!("{count} addresses"))?;
    for row in out.iter() {
        let address = decoder.address(row.address);
        ensure(row.address.index() < count, || "an unknown address".into())?;
        ensure(
            !address.is_empty() && address.len() <= limits.address_bytes,
            || format!("an address of {} bytes", address.len()),
        )?;
        let text = row.text.map_or(0, |text| text.len());
        ensure(text <= limits.text_bytes, || {
            format!("a text of {text} bytes")
        })?;
        let fits = match row.kind {
            ValueKind::Text => row.text.is_some(),
            ValueKind::F64 => f64::from_bits(row.bits).is_finite(),
            ValueKind::Bool => row.bits <= 1,
            ValueKind::Null => row.bits == 0,
            ValueKind::I64 => true,
        };
        ensure(fits, || format!("a row that is none: {row:?}"))?;
    }
    let kept = out.partly_read().is_some() || out.released().iter().any(|one| one.unread.is_some());
    ensure(out.skipped() == 0 || kept, || {
        format!("{} values are gone", out.skipped())
    })?;
    for (row, _) in out.replaced_times() {
        let is_there = usize::try_from(*row).is_ok_and(|row| row < out.len());
        ensure(is_there, || format!("a replaced time of row {row}"))?;
    }
    let mut events = out.events().iter();
    events.try_for_each(|event| match event {
        SourceEvent::Described(description) => told(description, limits),
        _ => Ok(()),
    })
}

/// What holds of descriptions. Texts of a layout are a person's own.
fn told(description: &Description, limits: &Limits) -> Result<(), Broken> {
    let count = description.points.len();
    let is_own = description.convention == Convention::Layout;
    ensure(is_own || count <= limits.points, || {
        format!("{count} points")
    })?;
    // Names may be parts of addresses, ids of other sources parts of the topic.
    let max = limits.description_text_bytes.max(limits.address_bytes);
    let max_id = max.max(description.topic.len());
    let id = description.parent.as_ref().map_or(0, |id| id.len());
    ensure(is_own || id <= max_id, || {
        format!("the id of a parent of {id} bytes")
    })?;
    let of_source = [
        &description.name,
        &description.maker,
        &description.model,
        &description.version,
    ];
    let mut texts: Vec<&str> = of_source.into_iter().flatten().map(AsRef::as_ref).collect();
    for point in &description.points {
        let of_point = [&point.name, &point.description, &point.device_class];
        texts.extend(of_point.into_iter().flatten().map(|text| &**text));
        texts.extend(point.unit.as_ref().map(|unit| &*unit.text));
        texts.extend(point.states.iter().map(|state| &**state));
        let range = point.range.unwrap_or_default();
        ensure(range.iter().all(|end| end.is_finite()), || {
            format!("a range of {range:?}")
        })?;
    }
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    ensure(is_own || longest <= max, || {
        format!("a described text of {longest} bytes")
    })
}

/// Each message that was held back is released once.
fn release(out: &Observations, held: &mut HashSet<HoldId>) -> Result<(), Broken> {
    for released in out.released() {
        let id = released.hold;
        ensure(held.remove(&id), || {
            format!("{id:?} is released and was not held")
        })?;
    }
    Ok(())
}

fn same(number: usize, one: &Observations, other: &Observations) -> Result<(), Broken> {
    // A number that is none equals nothing; its words do.
    ensure(
        one == other || format!("{one:?}") == format!("{other:?}"),
        || format!("part {number} gives {one:?}, and without the rejected ones {other:?}"),
    )
}

/// In the end everything that is held back comes out.
fn drain(
    decoder: &mut Decoder,
    heard: &[Heard<'_>],
    mut held: HashSet<HoldId>,
) -> Result<(), Broken> {
    let mut now = heard.iter().map(|one| one.at).max().unwrap_or(BEGIN);
    let mut out = Observations::new();
    for _ in 0..POLLS_MAX {
        if held.is_empty() {
            return Ok(());
        }
        let due = decoder.next_deadline();
        ensure(due.is_some(), || {
            format!("{} messages are held for ever", held.len())
        })?;
        now = now.max(due.unwrap_or(now));
        out.clear();
        decoder.poll(now, &mut out);
        release(&out, &mut held)?;
    }
    ensure(held.is_empty(), || {
        format!("{} messages are still held", held.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out_of(decoder: &mut Decoder, payload: &[u8]) -> Observations {
        let mut out = Observations::new();
        let message = Message::new("line/oven", payload, BEGIN);
        decoder.decode(message, &mut out).unwrap();
        out
    }

    #[test]
    fn rows_beyond_the_limits_are_found() {
        let mut decoder = Decoder::new();
        let out = out_of(&mut decoder, br#"{"a":1,"b":"hand"}"#);
        assert_eq!(sound(&decoder, &out, &Limits::default()), Ok(()));
        let narrow: [fn(&mut Limits); 3] = [
            |limits| limits.addresses = 1,
            |limits| limits.address_bytes = 5,
            |limits| limits.text_bytes = 3,
        ];
        for set in narrow {
            let mut limits = Limits::default();
            set(&mut limits);
            assert!(sound(&decoder, &out, &limits).is_err(), "{limits:?}");
        }
        // Rows of another decoder.
        assert!(sound(&Decoder::new(), &out, &Limits::default()).is_err());
    }

    #[test]
    fn other_rows_and_unknown_releases_are_found() {
        let one = out_of(&mut Decoder::new(), b"1");
        let other = out_of(&mut Decoder::new(), b"2");
        assert_eq!(same(0, &one, &one.clone()), Ok(()));
        assert!(same(0, &one, &other).is_err());
        let held = HashSet::from([HoldId(7)]);
        assert!(drain(&mut Decoder::new(), &[], held).is_err());
    }

    #[test]
    fn what_is_left_behind_by_a_rejected_message_is_found() {
        let said = Said::Conventions(&[Convention::Json]);
        let message = |body: &[u8]| Part {
            name: b"line/oven".to_vec(),
            body: body.to_vec(),
            ..Part::default()
        };
        let script = Script {
            setup: vec![0, 1],
            parts: vec![
                message(b"{\"a\":1}"),
                message(b"{\"b\":"),
                message(b"{\"c\":2}"),
            ],
        };
        assert_eq!(check(said, &script, true), Ok(()));
        let heard = Heard::all(&script);
        let mut first = decoder(said, &script);
        let made: Vec<Made> = heard
            .iter()
            .map(|one| speak(&mut first, one, &Limits::default(), &mut HashSet::new()).unwrap())
            .collect();
        assert!(made[1].after.is_none(), "the second one is rejected");
        // As if the rejected message had left an address.
        out_of(&mut first, b"3");
        assert!(again(&first, decoder(said, &script), &heard, &made).is_err());
    }
}
