//! Builds the binary frame described in [`crate::api::frame`].

use twin_core::{Timestamp, Value, twin::SignalTwin};

use super::{Cursor, HEARTBEAT, State, View};
use crate::api::frame::{
    FRAME_BYTES_MIN, FRAME_HEADER_BYTES, FRAME_MAGIC, FRAME_SAMPLE_BYTES, FrameTail,
};

/// Of a long text this many bytes are shown.
const TEXT_BYTES: usize = 4_096;

impl View {
    /// Everything that changed since `cursor` was here last, and moves the cursor. None when nothing did and the last
    /// frame is not old.
    pub fn frame(&self, cursor: &mut Cursor, now: Timestamp) -> Option<Vec<u8>> {
        let state = self.lock();
        if state.version == cursor.version && now.since(cursor.sent) < HEARTBEAT {
            return None;
        }
        cursor.sent = now;
        let changed: Vec<(usize, &SignalTwin)> = state
            .twins
            .iter()
            .enumerate()
            .filter_map(|(key, entry)| entry.as_ref().map(|(version, twin)| (key, *version, twin)))
            .filter(|(_, version, _)| *version > cursor.version)
            .map(|(key, _, twin)| (key, twin))
            .collect();
        let lost = lost_transitions(&state, cursor);
        let tail = tail_since(&state, cursor);
        // A jump of the frame number is how the subscriber learns that it has to ask for everything.
        cursor.frame += if lost { 2 } else { 1 };
        cursor.version = state.version;
        cursor.alarm_seq = state.alarm_seq;
        let head = Head {
            now,
            number: cursor.frame,
            alarm_seq: state.alarm_seq,
            revision: state.plant.revision,
        };
        let samples = changed.into_iter().map(|(key, twin)| (key as u32, twin));
        Some(encode(&head, samples, tail))
    }
}

/// What a frame begins with.
pub struct Head {
    /// The instant that it shows.
    pub now: Timestamp,
    /// Its number.
    pub number: u64,
    /// Sequence number of the newest alarm transition.
    pub alarm_seq: u64,
    /// Revision of the plant.
    pub revision: u32,
}

/// A frame as laid out in [`crate::api::frame`].
pub fn encode<'a>(
    head: &Head,
    twins: impl ExactSizeIterator<Item = (u32, &'a SignalTwin)>,
    mut tail: FrameTail,
) -> Vec<u8> {
    let count = twins.len();
    let mut samples = Vec::with_capacity(count * FRAME_SAMPLE_BYTES);
    for (key, twin) in twins {
        push_sample(&mut samples, key, twin, &mut tail.texts);
    }
    let tail = serde_json::to_vec(&tail).unwrap_or_else(|_| b"{}".to_vec());
    let mut frame =
        Vec::with_capacity(FRAME_HEADER_BYTES + samples.len() + tail.len() + FRAME_BYTES_MIN);
    frame.extend(FRAME_MAGIC.to_le_bytes());
    frame.extend((count as u32).to_le_bytes());
    frame.extend((head.now.micros() as f64).to_le_bytes());
    frame.extend((head.number as f64).to_le_bytes());
    frame.extend((head.alarm_seq as f64).to_le_bytes());
    frame.extend((tail.len() as u32).to_le_bytes());
    frame.extend(head.revision.to_le_bytes());
    frame.extend(samples);
    frame.extend(tail);
    if frame.len() < FRAME_BYTES_MIN {
        frame.resize(FRAME_BYTES_MIN, 0);
    }
    frame
}

/// Whether transitions that the cursor has not seen have already left the log.
fn lost_transitions(state: &State, cursor: &Cursor) -> bool {
    let oldest = state
        .transitions
        .front()
        .map_or(state.alarm_seq + 1, |row| row.seq as u64);
    cursor.frame > 0 && oldest > cursor.alarm_seq + 1
}

fn tail_since(state: &State, cursor: &Cursor) -> FrameTail {
    let is_new = |version: u64| version > cursor.version;
    let alarms = state
        .transitions
        .iter()
        .filter(|row| cursor.frame > 0 && row.seq as u64 > cursor.alarm_seq);
    FrameTail {
        texts: Vec::new(),
        alarms: alarms.map(|row| (**row).clone()).collect(),
        assets: state
            .assets
            .iter()
            .filter(|(version, _)| is_new(*version))
            .map(|(_, asset)| asset.clone())
            .collect(),
        connections: is_new(state.connections.0).then(|| state.connections.1.clone()),
        counters: is_new(state.counters.0).then(|| state.counters.1.clone()),
        links: None,
    }
}

/// The beginning of a text: a frame comes many times a second.
fn shown(text: &str) -> String {
    if text.len() <= TEXT_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(TEXT_BYTES);
    format!("{}…", text.get(..end).unwrap_or_default())
}

fn push_sample(out: &mut Vec<u8>, key: u32, twin: &SignalTwin, texts: &mut Vec<String>) {
    let time = |t: Timestamp| {
        if t == Timestamp::MIN {
            0.0
        } else {
            t.micros() as f64
        }
    };
    let value = match &twin.value {
        Value::Text(text) => {
            texts.push(shown(text));
            (texts.len() - 1) as f64
        }
        other => other.as_f64().unwrap_or(0.0),
    };
    let [status, reason] = twin.quality().to_bytes();
    out.extend(key.to_le_bytes());
    out.extend([twin.value.kind() as u8, status, reason, 0]);
    out.extend(time(twin.source_time).to_le_bytes());
    out.extend(time(twin.received_time).to_le_bytes());
    out.extend(value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twin_core::{
        BatchId, Duration, Quality, SampleBatch, SignalKey,
        engine::{Effects, Engine, EngineConfig, Input, Restored, SignalConfig},
    };

    use super::*;
    use crate::api::{
        alarm::{AlarmRow, AlarmStateView},
        plans::MapView,
        plant::PlantView,
    };

    fn view() -> View {
        let plant = PlantView {
            name: "p".into(),
            zone: "UTC".into(),
            revision: 7,
            workspace: String::new(),
            areas: vec![],
            places: vec![],
            assets: vec![],
            system: vec![],
            plans: vec![],
            map: MapView::default(),
        };
        View::new(plant, vec![], 0)
    }

    fn engine() -> Engine {
        let signals = (0..3)
            .map(|key| SignalConfig {
                key: SignalKey(key),
                stale_after: Duration::from_secs(10),
            })
            .collect();
        Engine::new(
            Arc::new(EngineConfig {
                signals,
                ..EngineConfig::default()
            }),
            Restored::default(),
            Timestamp(0),
        )
    }

    fn u32_at(frame: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(frame[at..at + 4].try_into().unwrap())
    }

    fn tail(frame: &[u8]) -> FrameTail {
        let begin = FRAME_HEADER_BYTES + u32_at(frame, 4) as usize * FRAME_SAMPLE_BYTES;
        serde_json::from_slice(&frame[begin..begin + u32_at(frame, 32) as usize]).unwrap()
    }

    fn alarm(seq: f64) -> AlarmRow {
        AlarmRow {
            id: "a".into(),
            seq,
            asset: "p".into(),
            signal: 0,
            kind: "high".into(),
            priority: 1,
            limit: 1.0,
            value: 2.0,
            state: AlarmStateView::UnackActive,
            raised_at: 1.0,
            returned_at: None,
            acknowledged_at: None,
            acknowledged_by: None,
            comment: None,
        }
    }

    #[test]
    fn a_long_text_is_shown_in_part() {
        assert_eq!(shown(&"x".repeat(TEXT_BYTES)), "x".repeat(TEXT_BYTES));
        let long = "ä".repeat(TEXT_BYTES);
        assert_eq!(shown(&long), format!("{}…", "ä".repeat(TEXT_BYTES / 2)));
    }

    #[test]
    fn a_subscriber_gets_everything_once_and_then_only_what_changed() {
        let (view, mut engine, mut cursor) = (view(), engine(), Cursor::default());
        let mut batch = SampleBatch::new(BatchId(0), Timestamp(5));
        batch.push(SignalKey(0), Timestamp(4), &Value::F64(1.5), Quality::GOOD);
        batch.push(
            SignalKey(2),
            Timestamp(4),
            &Value::Text("open".into()),
            Quality::GOOD,
        );
        engine.step(
            Timestamp(5),
            Input::Samples(Arc::new(batch)),
            &mut Effects::default(),
        );
        view.put_twins(&engine, (0..3).map(SignalKey));

        let first = view.frame(&mut cursor, Timestamp(6)).unwrap();
        assert_eq!(first.len(), FRAME_BYTES_MIN);
        assert_eq!(
            (u32_at(&first, 0), u32_at(&first, 4), u32_at(&first, 36)),
            (FRAME_MAGIC, 3, 7)
        );
        assert_eq!(tail(&first).texts, ["open"]);
        assert!(view.frame(&mut cursor, Timestamp(7)).is_none());
        let beat = view.frame(&mut cursor, Timestamp::from_secs(2)).unwrap();
        assert_eq!(
            u32_at(&beat, 4),
            0,
            "nothing changed, but the program lives"
        );

        view.put_twins(&engine, [SignalKey(2)]);
        let second = view.frame(&mut cursor, Timestamp::from_secs(3)).unwrap();
        assert_eq!(
            (u32_at(&second, 4), u32_at(&second, FRAME_HEADER_BYTES)),
            (1, 2)
        );
        assert!(tail(&second).connections.is_none());
    }

    #[test]
    fn alarm_transitions_are_never_coalesced_and_a_loss_shows_as_a_jump() {
        let (view, mut cursor) = (view(), Cursor::default());
        view.frame(&mut cursor, Timestamp(1)).unwrap();
        view.put_alarms(vec![alarm(1.0), alarm(2.0), alarm(3.0)]);
        let frame = view.frame(&mut cursor, Timestamp(2)).unwrap();
        assert_eq!(tail(&frame).alarms.len(), 3);
        assert_eq!(cursor.frame, 2);
        for seq in 4..=(super::super::TRANSITIONS_MAX as u64 + 5) {
            view.put_alarms(vec![alarm(seq as f64)]);
        }
        view.frame(&mut cursor, Timestamp(3)).unwrap();
        assert_eq!(cursor.frame, 4);
    }
}
