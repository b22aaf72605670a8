//! A control valve with positioner, packing friction and the controller that moves it.

use super::{
    active::{ActiveFaults, ramp},
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};
use crate::fault::FaultKind;

pub(super) const SIGNALS: &[Signal] = &[
    signal("position", Rate::Medium, "%"),
    signal("demand", Rate::Medium, "%"),
    signal("error", Rate::Medium, "%"),
    signal("flow", Rate::Medium, "m³/h"),
    signal("upstream_pressure", Rate::Medium, "bar"),
    signal("downstream_pressure", Rate::Medium, "bar"),
    signal("supply_pressure", Rate::Calm, "bar"),
    signal("travel", Rate::Held, "%"),
    signal("mode", Rate::Held, ""),
];

/// State of a valve, positions in % open.
#[derive(Clone, Debug)]
pub(super) struct Valve {
    pub(super) id: &'static str,
    pub(super) position: f64,
    demand: f64,
    integral: f64,
    stuck: bool,
    error: f64,
    travel: f64,
    air: Wander,
    flow: f64,
    pressures: (f64, f64),
}

impl Valve {
    pub(super) fn new(id: &'static str, position: f64, travel: f64, noise: &mut Noise) -> Self {
        Valve {
            id,
            position,
            demand: position,
            integral: position,
            stuck: true,
            error: 0.0,
            travel,
            air: Wander::new(0.03, 60.0, noise),
            flow: 0.0,
            pressures: (0.0, 0.0),
        }
    }

    /// Advances controller, positioner and stem: `wanted` is the opening at which the controlled flow or pressure
    /// would be right. A proportional-integral controller sees how far the valve is from there; the stem holds until
    /// the positioner's force beats the packing's friction, then slips to where it was asked.
    pub(super) fn step(
        &mut self,
        dt: f64,
        now_s: f64,
        wanted: f64,
        faults: &ActiveFaults,
        c: &Constants,
        n: &mut Noise,
    ) {
        let v = &c.valve;
        let off = wanted - self.position;
        self.integral = (self.integral + off * dt / v.controller_reset_s).clamp(0.0, 100.0);
        self.demand = (self.integral + v.controller_gain * off).clamp(0.0, 100.0);
        let sticky = ramp(
            faults.age(self.id, FaultKind::Stiction, now_s),
            v.stiction_ramp_s,
        );
        let band = v.stick_band + (v.stiction_band - v.stick_band) * sticky;
        let gap = (self.demand - self.position).abs();
        if self.stuck && gap > band {
            self.stuck = false;
        }
        if !self.stuck {
            let before = self.position;
            self.position = lag(self.position, self.demand, dt, v.lag_s);
            self.travel += (self.position - before).abs();
            self.stuck = (self.demand - self.position).abs() < 0.15;
        }
        self.error = lag(self.error, (self.demand - self.position).abs(), dt, 1.0);
        self.air.step(dt, n);
    }

    /// Takes over what flows through it: m³/h, bar before and after.
    pub(super) fn carry(&mut self, flow: f64, pressures: (f64, f64)) {
        (self.flow, self.pressures) = (flow, pressures);
    }

    /// Pressure before it, bar.
    pub(super) fn upstream_pressure(&self) -> f64 {
        self.pressures.0
    }

    /// What its instruments show.
    pub(super) fn read(&self, row: &mut Row<'_>, c: &Constants, n: &mut Noise) {
        row.number(n.read(self.position, 0.04).clamp(0.0, 100.0));
        row.number(self.demand);
        row.number(n.read(self.error, 0.02).max(0.0));
        row.number(n.read(self.flow, 2.5).max(0.0));
        row.number(n.read(self.pressures.0, 0.006));
        row.number(n.read(self.pressures.1, 0.006));
        row.number(n.read(c.valve.air_pressure + self.air.value(), 0.004));
        row.number(self.travel.floor());
        row.push(Value::Text("automatic"));
    }
}
