//! What comes on each topic, counted: which one floods, and which fell silent.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use twin_core::{Duration, Timestamp, tight};

use crate::api::diagnostics::{RateRow, RateTotal, RatesOrder, RatesQuery};

/// Topics of a connection that are counted one by one: some 10 MB beside their names.
const TOPICS_MAX: usize = 50_000;
/// Most bytes of names that nobody else holds: of topics that are not read.
const NAMES_MAX: usize = 4 * 1024 * 1024;
/// How often a mark is set. Rates reach back to the mark before the last one.
const MARK_EVERY: Duration = Duration::from_secs(5);
/// A topic is silent when nothing came on it for so long.
const SILENT: Duration = Duration::from_secs(60);
/// Rows of one answer.
const ROWS_MAX: usize = 500;

/// Messages and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    messages: u64,
    bytes: u64,
}

/// A count with what it was at the last two marks.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    sum: Sum,
    marks: [Sum; 2],
}

impl Count {
    const fn add(&mut self, bytes: u64) {
        self.sum.messages += 1;
        self.sum.bytes += bytes;
    }

    const fn mark(&mut self) {
        self.marks = [self.marks[1], self.sum];
    }

    /// What came since the older mark.
    const fn since_mark(&self) -> Sum {
        Sum {
            messages: self.sum.messages - self.marks[0].messages,
            bytes: self.sum.bytes - self.marks[0].bytes,
        }
    }
}

#[derive(Debug)]
struct Slot {
    topic: Arc<str>,
    count: Count,
    last: Timestamp,
}

/// The counts of one connection. A message costs one look-up and no memory, but for a new topic.
#[derive(Debug)]
pub(super) struct Topics {
    places: HashMap<Arc<str>, u32>,
    slots: Vec<Slot>,
    all: Count,
    /// Messages on topics that have no slot.
    beyond: u64,
    /// When the marks were set.
    marked: [Timestamp; 2],
    most: usize,
    /// Bytes of names that nobody else holds.
    names: usize,
}

impl Topics {
    pub(super) fn new(now: Timestamp) -> Self {
        Topics {
            places: HashMap::new(),
            slots: Vec::new(),
            all: Count::default(),
            beyond: 0,
            marked: [now; 2],
            most: TOPICS_MAX,
            names: 0,
        }
    }

    /// Counts a message. Of a new topic `shared` gives the name as somebody else holds it.
    pub(super) fn note(
        &mut self,
        topic: &str,
        payload: usize,
        at: Timestamp,
        shared: impl FnOnce() -> Option<Arc<str>>,
    ) {
        let bytes = (topic.len() + payload) as u64;
        self.all.add(bytes);
        let Some(place) = self.places.get(topic) else {
            let has_room = self.slots.len() < self.most;
            match has_room.then(|| self.name(topic, shared)).flatten() {
                Some(name) => self.begin(name, bytes, at),
                None => self.beyond += 1,
            }
            return;
        };
        if let Some(slot) = self.slots.get_mut(*place as usize) {
            slot.count.add(bytes);
            slot.last = at;
        }
    }

    /// The name of a new topic, its own one as long as there is room.
    fn name(&mut self, topic: &str, shared: impl FnOnce() -> Option<Arc<str>>) -> Option<Arc<str>> {
        shared().or_else(|| {
            let names = self.names + topic.len();
            (names <= NAMES_MAX).then(|| {
                self.names = names;
                topic.into()
            })
        })
    }

    fn begin(&mut self, topic: Arc<str>, bytes: u64, at: Timestamp) {
        let mut count = Count::default();
        count.add(bytes);
        self.places
            .insert(Arc::clone(&topic), self.slots.len() as u32);
        let last = at;
        tight::push(&mut self.slots, Slot { topic, count, last });
    }

    /// Sets a mark when it is time.
    pub(super) fn renew(&mut self, now: Timestamp) {
        if now.since(self.marked[1]) < MARK_EVERY {
            return;
        }
        self.marked = [self.marked[1], now];
        self.all.mark();
        for slot in &mut self.slots {
            slot.count.mark();
        }
    }

    /// Over how long rates are counted, s; never 0.
    fn span(&self, now: Timestamp) -> f64 {
        now.since(self.marked[0]).secs_f64().max(0.5)
    }

    /// Of all topics together.
    pub(super) fn total(&self, connection: &str, now: Timestamp) -> RateTotal {
        let (recent, span) = (self.all.since_mark(), self.span(now));
        let is_silent = |slot: &&Slot| now.since(slot.last) >= SILENT;
        RateTotal {
            connection: connection.to_owned(),
            per_s: recent.messages as f64 / span,
            bytes_per_s: recent.bytes as f64 / span,
            messages: self.all.sum.messages as f64,
            bytes: self.all.sum.bytes as f64,
            topics: self.slots.len() as u32,
            silent: self.slots.iter().filter(is_silent).count() as u32,
            topics_max: self.most as u32,
            beyond: self.beyond as f64,
        }
    }

    /// The first topics in the order that is asked for, and how many fit.
    pub(super) fn first(
        &self,
        query: &RatesQuery,
        connection: &str,
        now: Timestamp,
    ) -> (Vec<RateRow>, usize) {
        let limit = (query.limit as usize).clamp(1, ROWS_MAX);
        let text = query.text.trim().to_ascii_lowercase();
        let mut heap = BinaryHeap::with_capacity(limit + 1);
        let mut fitting = 0;
        for (place, slot) in self.slots.iter().enumerate() {
            if !holds(&slot.topic, text.as_bytes()) {
                continue;
            }
            fitting += 1;
            let recent = slot.count.since_mark();
            let weight = match query.order {
                RatesOrder::Messages => (recent.messages, slot.count.sum.messages),
                RatesOrder::Bytes => (recent.bytes, slot.count.sum.bytes),
                RatesOrder::Silence => (now.since(slot.last).micros().max(0).cast_unsigned(), 0),
            };
            heap.push(Reverse((weight, Reverse(place))));
            if heap.len() > limit {
                heap.pop();
            }
        }
        let span = self.span(now);
        let best = heap.into_sorted_vec().into_iter();
        let rows = best.filter_map(|Reverse((_, Reverse(place)))| {
            Some(self.slots.get(place)?.row(connection, span))
        });
        (rows.collect(), fitting)
    }
}

impl Slot {
    fn row(&self, connection: &str, span: f64) -> RateRow {
        let recent = self.count.since_mark();
        RateRow {
            connection: connection.to_owned(),
            topic: self.topic.to_string(),
            per_s: recent.messages as f64 / span,
            bytes_per_s: recent.bytes as f64 / span,
            messages: self.count.sum.messages as f64,
            bytes: self.count.sum.bytes as f64,
            last: self.last.micros() as f64,
        }
    }
}

/// Whether a topic holds a text of small letters.
fn holds(topic: &str, text: &[u8]) -> bool {
    text.is_empty()
        || topic
            .as_bytes()
            .windows(text.len())
            .any(|part| part.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_secs(second)
    }

    fn query(order: RatesOrder, text: &str) -> RatesQuery {
        RatesQuery {
            order,
            text: text.to_owned(),
            limit: 10,
            ..RatesQuery::default()
        }
    }

    fn names(topics: &Topics, query: &RatesQuery, now: i64) -> Vec<String> {
        let (rows, _) = topics.first(query, "c", at(now));
        rows.into_iter().map(|row| row.topic).collect()
    }

    #[test]
    fn what_floods_comes_first_and_a_flood_that_is_over_sinks() {
        let mut topics = Topics::new(at(0));
        for second in 0..20 {
            for _ in 0..if second < 5 { 100 } else { 0 } {
                topics.note("over", 10, at(second), || None);
            }
            topics.note("steady", 1_000, at(second), || None);
            for _ in 0..30 {
                topics.note("flood", 5, at(second), || None);
            }
            topics.renew(at(second));
        }
        let all = query(RatesOrder::Messages, "");
        assert_eq!(names(&topics, &all, 20), ["flood", "steady", "over"]);
        let (rows, fitting) = topics.first(&all, "c", at(20));
        assert_eq!(fitting, 3);
        assert!((26.0..=31.0).contains(&rows[0].per_s), "{:?}", rows[0]);
        assert_eq!((rows[2].per_s, rows[2].messages), (0.0, 500.0));
        assert_eq!(
            names(&topics, &query(RatesOrder::Bytes, ""), 20),
            ["steady", "flood", "over"]
        );
        assert_eq!(
            names(&topics, &query(RatesOrder::Silence, ""), 20)[0],
            "over"
        );
        assert_eq!(
            names(&topics, &query(RatesOrder::Messages, "FLO"), 20),
            ["flood"]
        );
        assert_eq!(topics.total("c", at(70)).silent, 1);
    }

    #[test]
    fn a_topic_beyond_the_bound_counts_in_the_total_alone() {
        let mut topics = Topics::new(at(0));
        topics.most = 2;
        for topic in ["a", "b", "c", "a", "c"] {
            topics.note(topic, 9, at(1), || None);
        }
        let total = topics.total("c", at(2));
        assert_eq!((total.messages, total.topics, total.beyond), (5.0, 2, 2.0));
        assert_eq!(
            names(&topics, &query(RatesOrder::Messages, ""), 2),
            ["a", "b"]
        );
    }

    /// Topics that are not read may be 64 KiB long each.
    #[test]
    fn names_that_nobody_else_holds_are_bounded() {
        let mut topics = Topics::new(at(0));
        let long = "l".repeat(60_000);
        for topic in 0..1_000 {
            topics.note(&format!("{topic}{long}"), 9, at(1), || None);
        }
        let total = topics.total("c", at(2));
        assert_eq!((total.topics, total.beyond), (69, 931.0));
        topics.note("short", 9, at(1), || None);
        topics.note(&long, 9, at(1), || Some(long.as_str().into()));
        assert_eq!(topics.total("c", at(2)).topics, 71);
    }

    proptest! {
        /// The parts are the whole, and the first rows are those of a full sort.
        #[test]
        fn totals_are_sums_and_the_first_are_the_largest(
            heard in prop::collection::vec((0_u8..30, 0_usize..50, 0_i64..40), 0..400),
            limit in 1_u32..40,
        ) {
            let mut heard = heard;
            heard.sort_by_key(|(_, _, second)| *second);
            let mut topics = Topics::new(at(0));
            for (topic, bytes, second) in &heard {
                topics.renew(at(*second));
                topics.note(&format!("t{topic}"), *bytes, at(*second), || None);
            }
            let query = RatesQuery { limit, ..query(RatesOrder::Bytes, "") };
            let (rows, fitting) = topics.first(&query, "c", at(41));
            let (every, _) = topics.first(&RatesQuery { limit: 500, ..query }, "c", at(41));
            let total = topics.total("c", at(41));
            prop_assert_eq!(every.iter().map(|row| row.messages).sum::<f64>(), total.messages);
            let sum: f64 = every.iter().map(|row| row.bytes_per_s).sum();
            prop_assert!((sum - total.bytes_per_s).abs() < 1e-6);
            prop_assert!(every.is_sorted_by(|a, b| a.bytes_per_s >= b.bytes_per_s));
            prop_assert_eq!(fitting, every.len());
            prop_assert_eq!(&every[..rows.len()], &rows[..]);
            prop_assert_eq!(rows.len(), every.len().min(limit as usize));
        }
    }
}
