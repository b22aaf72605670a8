//! The high tank and the town that drinks from it.

use super::{
    active::{ActiveFaults, ramp},
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};
use crate::fault::FaultKind;

pub(super) const ID: &str = "high-tank";

pub(super) const SIGNALS: &[Signal] = &[
    signal("level", Rate::Slow, "m"),
    signal("net_flow", Rate::Slow, "m³/h"),
    signal("inflow", Rate::Slow, "m³/h"),
    signal("outflow", Rate::Slow, "m³/h"),
    signal("volume", Rate::Slow, "m³"),
    signal("fill", Rate::Calm, "%"),
    signal("temperature", Rate::Calm, "°C"),
    signal("level_setpoint", Rate::Held, "m"),
    signal("overflow", Rate::Held, ""),
];

/// What the town draws, m³/h.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    slow: Wander,
    fast: Wander,
}

impl Demand {
    pub(super) fn new(c: &Constants, noise: &mut Noise) -> Self {
        let d = &c.demand;
        Demand {
            slow: Wander::new(d.slow_share, d.slow_s, noise),
            fast: Wander::new(d.fast_share, d.fast_s, noise),
        }
    }

    /// Demand at `hour` of the town's day, 0 to 24.
    pub(super) fn step(&mut self, dt: f64, hour: f64, c: &Constants, noise: &mut Noise) -> f64 {
        let share = 1.0 + self.slow.step(dt, noise) + self.fast.step(dt, noise);
        daily(hour, c) * share
    }
}

/// The daily curve: hourly means, interpolated linearly between the middles of the hours, m³/h.
pub(super) fn daily(hour: f64, c: &Constants) -> f64 {
    let place = (hour - 0.5).rem_euclid(24.0);
    let (from, part) = (place.floor(), place.fract());
    let hourly = &c.demand.hourly;
    let (a, b) = (hourly[from as usize % 24], hourly[(from as usize + 1) % 24]);
    c.demand.mean * (a + (b - a) * part)
}

/// State of the tank.
#[derive(Clone, Debug)]
pub(super) struct Tank {
    /// Water in it, m³.
    pub(super) volume: f64,
    inflow: f64,
    outflow: f64,
    /// Change of volume as a level meter sees it, m³/h, smoothed over half a minute.
    net: f64,
    temperature: f64,
    overflow: bool,
}

impl Tank {
    pub(super) fn new(c: &Constants) -> Self {
        let volume = c.tank.area * c.control.level_setpoint;
        Tank {
            volume,
            inflow: 0.0,
            outflow: 0.0,
            net: 0.0,
            temperature: c.river.temperature + 0.4,
            overflow: false,
        }
    }

    /// Water level over the tank's floor, m.
    pub(super) fn level(&self, c: &Constants) -> f64 {
        self.volume / c.tank.area
    }

    /// Mass balance over `dt` seconds: flows in m³/h.
    pub(super) fn step(
        &mut self,
        dt: f64,
        now_s: f64,
        flows: (f64, f64),
        water: f64,
        faults: &ActiveFaults,
        c: &Constants,
    ) {
        let leak =
            c.leak_fault.flow * ramp(faults.age(ID, FaultKind::Leak, now_s), c.leak_fault.ramp_s);
        (self.inflow, self.outflow) = flows;
        let before = self.volume;
        let full = c.tank.area * c.tank.height;
        let wanted = self.volume + (self.inflow - self.outflow - leak) * dt / 3600.0;
        self.overflow = wanted > full;
        self.volume = wanted.clamp(0.0, full);
        self.net = lag(self.net, (self.volume - before) / dt * 3600.0, dt, 30.0);
        self.temperature = lag(self.temperature, water, dt, c.tank.temperature_lag_s);
    }

    /// What its instruments show.
    pub(super) fn read(&self, row: &mut Row<'_>, c: &Constants, n: &mut Noise) {
        let level = n.read(self.level(c), 0.003);
        row.number(level);
        row.number(n.read(self.net, 3.0));
        row.number(n.read(self.inflow, 2.0).max(0.0));
        row.number(n.read(self.outflow, 2.0).max(0.0));
        row.number(level * c.tank.area);
        row.number(100.0 * level / c.tank.height);
        row.number(n.read(self.temperature, 0.03));
        row.number(c.control.level_setpoint);
        row.push(Value::Flag(self.overflow));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mass_is_conserved() {
        let c = Constants::load().unwrap();
        let mut tank = Tank::new(&c);
        let before = tank.volume;
        for _ in 0..3600 {
            tank.step(1.0, 0.0, (700.0, 640.0), 11.0, &ActiveFaults::default(), &c);
        }
        assert!(
            (tank.volume - before - 60.0).abs() < 1e-6,
            "{}",
            tank.volume - before
        );
        assert!((tank.net - 60.0).abs() < 1e-6);
    }

    #[test]
    fn a_leak_takes_what_the_meters_do_not_see() {
        let c = Constants::load().unwrap();
        let mut faults = ActiveFaults::default();
        faults.begin(crate::Fault::parse("high-tank:leak").unwrap(), 0.0);
        let mut tank = Tank::new(&c);
        for second in 0..600 {
            tank.step(1.0, f64::from(second), (640.0, 640.0), 11.0, &faults, &c);
        }
        assert!((tank.net + c.leak_fault.flow).abs() < 1.0);
    }

    #[test]
    fn the_daily_curve_has_the_mean_of_its_hours() {
        let c = Constants::load().unwrap();
        let mean = (0..2400)
            .map(|i| daily(f64::from(i) / 100.0, &c))
            .sum::<f64>()
            / 2400.0;
        let hours = c.demand.hourly.iter().sum::<f64>() / 24.0 * c.demand.mean;
        assert!((mean - hours).abs() < 0.01);
        assert!(
            (daily(0.0, &c) - daily(24.0, &c)).abs() < 1e-9,
            "midnight joins"
        );
    }
}
