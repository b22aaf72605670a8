//! What diagnostics ask of the driver.

use std::sync::atomic::Ordering;

use twin_core::Timestamp;

use super::{
    CONNECTION_QUEUE, JOB_QUEUE, RING,
    driver::Driver,
    request::{Depths, Diagnose},
    source::Source,
};
use crate::{
    api::diagnostics::{QueueView, RateRow, RatesOrder, RatesQuery, RatesView, TapView},
    error::{Error, Result, Thing},
};

impl Driver {
    /// Whoever asked may have gone.
    pub(super) fn diagnose(&mut self, request: Diagnose, now: Timestamp) {
        match request {
            Diagnose::Rates { query, reply } => {
                let _ = reply.send(self.rates(&query, now));
            }
            Diagnose::Tap {
                connection,
                topic,
                reply,
            } => {
                let _ = reply.send(self.tap(&connection, &topic, now));
            }
            Diagnose::LookAtTap(reply) => {
                let mut sources = self.sources.values_mut();
                let _ = reply.send(sources.find_map(|source| source.look_at_tap(now)));
            }
            Diagnose::Tapped { number, reply } => {
                let mut sources = self.sources.values();
                let _ = reply.send(sources.find_map(|source| source.tapped_message(number)));
            }
            Diagnose::EndTap => self.end_taps(),
            Diagnose::Device {
                connection,
                signals,
                topics,
                reply,
            } => {
                let mut sources = self.sources.values();
                let source = sources.find(|source| *source.id() == connection);
                let told = source.map(|source| source.device(&signals, &topics, now));
                let _ = reply.send(told.unwrap_or_default());
            }
            Diagnose::Devices(reply) => {
                let _ = reply.send(self.sources.values().flat_map(Source::devices).collect());
            }
            Diagnose::Depths(reply) => {
                let _ = reply.send(self.depths());
            }
        }
    }

    fn rates(&self, query: &RatesQuery, now: Timestamp) -> RatesView {
        let mut view = RatesView {
            at: now.micros() as f64,
            ..RatesView::default()
        };
        let mut fitting = 0;
        for source in self.sources.values() {
            view.connections.push(source.rates_total(now));
            if query.connection.is_empty() || query.connection == source.id().as_str() {
                let (rows, fits) = source.rates(query, now);
                view.rows.extend(rows);
                fitting += fits;
            }
        }
        view.connections
            .sort_by(|a, b| a.connection.cmp(&b.connection));
        view.rows.sort_by(|a, b| {
            let [one, two] = [a, b].map(|row| weight(row, query.order));
            two.total_cmp(&one)
                .then_with(|| b.messages.total_cmp(&a.messages))
                .then_with(|| (&a.connection, &a.topic).cmp(&(&b.connection, &b.topic)))
        });
        view.rows.truncate((query.limit as usize).max(1));
        view.fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
        view
    }

    /// There is one tap at most.
    fn tap(&mut self, connection: &str, topic: &str, now: Timestamp) -> Result<TapView> {
        self.end_taps();
        let unknown = || Error::Unknown {
            what: Thing::Connection,
            id: connection.to_owned(),
        };
        let mut sources = self.sources.values_mut();
        let source = sources.find(|source| source.id().as_str() == connection);
        let source = source.ok_or_else(unknown)?;
        source.tap(topic, now);
        source.look_at_tap(now).ok_or_else(unknown)
    }

    fn end_taps(&mut self) {
        self.sources.values_mut().for_each(Source::end_tap);
    }

    fn depths(&self) -> Depths {
        let mut queues: Vec<QueueView> = self.sources.values().map(arrived).collect();
        queues.sort_by(|a, b| a.connection.cmp(&b.connection));
        let [jobs, most] = &self.meter.jobs;
        queues.push(QueueView {
            what: "jobs".to_owned(),
            waiting: jobs.load(Ordering::Relaxed) as f64,
            peak: Some(most.load(Ordering::Relaxed) as f64),
            room: Some(JOB_QUEUE as f64),
            ..QueueView::default()
        });
        queues.push(QueueView {
            what: "held".to_owned(),
            waiting: self.held.len() as f64,
            ..QueueView::default()
        });
        queues.push(QueueView {
            what: "ring".to_owned(),
            waiting: self.ring.samples() as f64,
            room: Some(RING.samples as f64),
            ..QueueView::default()
        });
        Depths {
            queues,
            scores_skipped: self.scores_skipped,
            gone_dropped: self.gone.dropped,
            gone_rejected: self.gone.rejected,
        }
    }
}

fn arrived(source: &Source) -> QueueView {
    let [waiting, peak] = source.waiting().map(|count| count as f64);
    QueueView {
        what: "arrived".to_owned(),
        connection: source.id().to_string(),
        waiting,
        peak: Some(peak),
        room: Some(CONNECTION_QUEUE as f64),
    }
}

fn weight(row: &RateRow, order: RatesOrder) -> f64 {
    match order {
        RatesOrder::Messages => row.per_s,
        RatesOrder::Bytes => row.bytes_per_s,
        RatesOrder::Silence => -row.last,
    }
}
