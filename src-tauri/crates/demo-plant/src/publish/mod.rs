//! The plant on the network: real MQTT clients, as many as a real fleet would have, fed from one simulated station.

mod ask;
mod edge;
mod gateway;
mod link;

use std::{future::Future, time::Duration};

use serde_json::{Value as Json, json};
use tokio::time::{self, MissedTickBehavior};

pub use ask::ask;

use self::{edge::Edge, gateway::Gateway};
use crate::{
    Error, Scheduled, fault::Control, fleet, message::Message, sim::Station, sparkplug::edge_nodes,
};

/// Where faults are asked for: the text of a fault, or `{"fault": text, "id": any}`.
pub const CONTROL_TOPIC: &str = "demo/control/fault";

/// Where the plant answers: `{"id", "ok", "message", "active": [..]}`, retained.
pub const CONTROL_STATE_TOPIC: &str = "demo/control/fault/state";

/// One tick, microseconds.
const TICK: i64 = 100_000;

/// How far the plant catches up after a stall, microseconds. Beyond that the machine slept or its clock was stepped, and the
/// plant goes on with the new time.
const CATCH_UP: i64 = 5_000_000;

/// How long goodbyes may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The plant with its clients.
pub struct Plant {
    station: Station,
    tick: u64,
    schedule: Vec<Scheduled>,
    edges: [Edge; 2],
    zigbee: Gateway,
    lorawan: Gateway,
    controller: Gateway,
    control: Gateway,
    uplink_due: u64,
}

impl Plant {
    /// A plant that begins at `start` (microseconds since 1970, UTC), with `schedule`d faults, for the MQTT 5 broker on
    /// `port` of this machine. Nothing is connected before [`Self::run`].
    ///
    /// # Errors
    /// [`Error::Constants`].
    pub fn new(seed: u64, start: i64, schedule: Vec<Scheduled>, port: u16) -> Result<Self, Error> {
        Ok(Plant {
            station: Station::new(seed, start)?,
            tick: 0,
            schedule,
            edges: edge_nodes().map(|node| Edge::new(node, port)),
            zigbee: Gateway::new(
                "zigbee2mqtt",
                port,
                Some(fleet::zigbee_will()),
                fleet::zigbee_start(),
                None,
            ),
            lorawan: Gateway::new("chirpstack", port, None, Vec::new(), None),
            controller: Gateway::new(
                "intake-controller",
                port,
                None,
                vec![fleet::configuration()],
                None,
            ),
            control: Gateway::new("demo-control", port, None, Vec::new(), Some(CONTROL_TOPIC)),
            uplink_due: 0,
        })
    }

    /// Runs in real time by `clock` (microseconds since 1970, UTC) until `stop` is done, then says all goodbyes. `ready` is
    /// called once, when every client is connected and born.
    pub async fn run(
        mut self,
        clock: impl Fn() -> i64,
        ready: impl FnOnce() -> Result<(), Error>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let mut ready = Some(ready);
        let mut interval = time::interval(Duration::from_micros(TICK.unsigned_abs()));
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = interval.tick() => {}
            }
            if (clock() - self.station.now()).abs() > CATCH_UP {
                self.station.set_clock(clock() - TICK);
            }
            while self.station.now() + TICK <= clock() {
                self.step();
            }
            if self.is_ready()
                && let Some(ready) = ready.take()
            {
                ready()?;
            }
        }
        Box::pin(self.farewell()).await;
        Ok(())
    }

    fn is_ready(&self) -> bool {
        self.edges.iter().all(Edge::is_up)
            && [&self.zigbee, &self.lorawan, &self.controller, &self.control]
                .into_iter()
                .all(Gateway::is_ready)
    }

    fn step(&mut self) {
        self.begin_scheduled();
        self.station.step(TICK as f64 * 1e-6);
        for edge in &mut self.edges {
            edge.tick(&self.station, self.tick);
        }
        self.gateways();
        self.take_control();
        self.tick += 1;
    }

    fn begin_scheduled(&mut self) {
        let elapsed = self.tick as f64 * TICK as f64 * 1e-6;
        let mut due = Vec::new();
        self.schedule.retain(|scheduled| {
            let is_due = scheduled.after_s <= elapsed;
            due.extend(is_due.then_some(scheduled.fault));
            !is_due
        });
        for fault in due {
            tracing::info!(%fault, "scheduled fault begins");
            self.station.control(Control::Begin(fault));
        }
    }

    fn gateways(&mut self) {
        let (tick, now, readings) = (self.tick, self.station.now(), self.station.readings());
        for gateway in [&mut self.zigbee, &mut self.lorawan, &mut self.controller] {
            gateway.tick(tick);
        }
        // The two sensors report every fifteen seconds, not together.
        for (index, phase) in [(0, 10), (1, 85)] {
            if (tick % 150 == phase || tick == 10)
                && let Some(message) = fleet::zigbee_state(index, readings)
            {
                self.zigbee.publish(message, tick);
            }
        }
        if self.lorawan.is_ready() && tick >= self.uplink_due {
            self.lorawan.publish(fleet::uplink(readings, now), tick);
            self.uplink_due = tick + 600;
        }
        if tick % 10 == 4 {
            for message in fleet::controller(readings, now) {
                self.controller.publish(message, tick);
            }
        }
    }

    fn take_control(&mut self) {
        for payload in self.control.tick(self.tick) {
            let (text, id) = request(&payload);
            let answer = Control::parse(&text).map(|control| {
                self.station.control(control);
                match control {
                    Control::Begin(fault) => format!("{fault} begins"),
                    Control::End(fault) => format!("{fault} ends"),
                    Control::Clear => "all faults end".to_owned(),
                }
            });
            let active: Vec<_> = self
                .station
                .faults()
                .iter()
                .map(ToString::to_string)
                .collect();
            let (ok, message) = match answer {
                Ok(message) => (true, message),
                Err(error) => (false, error.to_string()),
            };
            tracing::info!(%text, ok, message, "fault control");
            let state = json!({"id": id, "ok": ok, "message": message, "active": active});
            self.control
                .publish(Message::json(CONTROL_STATE_TOPIC, &state, true), self.tick);
        }
    }

    async fn farewell(self) {
        let now = self.station.now();
        let [first, second] = self.edges;
        tokio::join!(
            first.farewell(now, PATIENCE),
            second.farewell(now, PATIENCE),
            self.zigbee.farewell(PATIENCE),
            self.lorawan.farewell(PATIENCE),
            self.controller.farewell(PATIENCE),
            self.control.farewell(PATIENCE),
        );
    }
}

/// The text of a fault and the id of its request.
fn request(payload: &[u8]) -> (String, Json) {
    match serde_json::from_slice::<Json>(payload) {
        Ok(Json::Object(request)) => {
            let text = request
                .get("fault")
                .and_then(Json::as_str)
                .unwrap_or_default();
            (
                text.to_owned(),
                request.get("id").cloned().unwrap_or(Json::Null),
            )
        }
        _ => (String::from_utf8_lossy(payload).into_owned(), Json::Null),
    }
}
