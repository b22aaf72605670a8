//! The plate heat exchanger that cools drives and compressor with raw water, by the effectiveness-NTU method
//! (counterflow).

use super::{
    active::ActiveFaults,
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, signal},
};
use crate::fault::FaultKind;

pub(super) const ID: &str = "exchanger";

pub(super) const SIGNALS: &[Signal] = &[
    signal("approach", Rate::Slow, "K"),
    signal("fouling", Rate::Calm, "%"),
    signal("hot_inlet_temperature", Rate::Slow, "°C"),
    signal("hot_outlet_temperature", Rate::Slow, "°C"),
    signal("cold_inlet_temperature", Rate::Slow, "°C"),
    signal("cold_outlet_temperature", Rate::Slow, "°C"),
    signal("hot_flow", Rate::Slow, "m³/h"),
    signal("cold_flow", Rate::Slow, "m³/h"),
    signal("duty", Rate::Slow, "kW"),
    signal("effectiveness", Rate::Calm, "%"),
    signal("conductance", Rate::Calm, "kW/K"),
    signal("pressure_drop", Rate::Slow, "bar"),
];

/// Effectiveness of a counterflow exchanger: `ntu` = UA / smaller capacity rate, `ratio` = smaller / larger capacity
/// rate (0 to 1).
pub(super) fn effectiveness(ntu: f64, ratio: f64) -> f64 {
    if (1.0 - ratio).abs() < 1e-9 {
        return ntu / (1.0 + ntu);
    }
    let e = (-ntu * (1.0 - ratio)).exp();
    (1.0 - e) / (1.0 - ratio * e)
}

/// State of the exchanger and its hot loop.
#[derive(Clone, Debug)]
pub(super) struct Exchanger {
    hot_in: f64,
    hot_out: f64,
    cold_in: f64,
    cold_out: f64,
    hot_flow: f64,
    cold_flow: f64,
    duty: f64,
    conductance: f64,
    effectiveness: f64,
    fouling: f64,
    wander: (Wander, Wander),
}

impl Exchanger {
    pub(super) fn new(c: &Constants, noise: &mut Noise) -> Self {
        let cold = c.river.temperature;
        Exchanger {
            hot_in: cold + 9.0,
            hot_out: cold + 4.0,
            cold_in: cold,
            cold_out: cold + 3.0,
            hot_flow: c.exchanger.hot_flow,
            cold_flow: c.exchanger.cold_flow,
            duty: 10.0,
            conductance: c.exchanger.conductance,
            effectiveness: 0.5,
            fouling: c.exchanger.base_fouling,
            wander: (
                Wander::new(0.02, 40.0, noise),
                Wander::new(0.03, 40.0, noise),
            ),
        }
    }

    /// Advances by `dt`: `heat` kW enters the loop, raw water of `water` °C cools it.
    pub(super) fn step(
        &mut self,
        dt: f64,
        now_s: f64,
        (heat, water): (f64, f64),
        faults: &ActiveFaults,
        c: &Constants,
        n: &mut Noise,
    ) {
        let x = &c.exchanger;
        let fouled = match faults.age(ID, FaultKind::Fouling, now_s) {
            Some(age) => {
                x.fault_fouling + (x.base_fouling - x.fault_fouling) * (-age / x.fault_lag_s).exp()
            }
            None => lag(self.fouling, x.base_fouling, dt, 30.0),
        };
        self.fouling = fouled;
        self.conductance = x.conductance * (1.0 - fouled);
        self.hot_flow = x.hot_flow + self.wander.0.step(dt, n);
        // Deposits narrow the channels: the same pump pushes less through.
        self.cold_flow =
            x.cold_flow * (1.0 - 0.25 * (fouled - x.base_fouling)) + self.wander.1.step(dt, n);
        let hot = self.hot_flow / 3.6 * x.hot_heat_capacity;
        let cold = self.cold_flow / 3.6 * x.cold_heat_capacity;
        let (least, most) = (hot.min(cold), hot.max(cold));
        self.effectiveness = effectiveness(self.conductance / least, least / most);
        self.cold_in = water;
        self.duty = self.effectiveness * least * (self.hot_in - water);
        self.hot_out = self.hot_in - self.duty / hot;
        self.cold_out = water + self.duty / cold;
        // The loop warms or cools until it gives off what it takes in; exact for a constant effectiveness.
        let rate = self.effectiveness * least;
        self.hot_in = lag(self.hot_in, water + heat / rate, dt, x.loop_capacity / rate);
    }

    /// What its instruments show.
    pub(super) fn read(&self, row: &mut Row<'_>, c: &Constants, n: &mut Noise) {
        let (hot_out, cold_in) = (n.read(self.hot_out, 0.03), n.read(self.cold_in, 0.03));
        let speed = self.cold_flow / c.exchanger.cold_flow;
        row.number(hot_out - cold_in);
        row.number(100.0 * n.read(self.fouling, 0.003));
        row.number(n.read(self.hot_in, 0.03));
        row.number(hot_out);
        row.number(cold_in);
        row.number(n.read(self.cold_out, 0.03));
        row.number(n.read(self.hot_flow, 0.008));
        row.number(n.read(self.cold_flow, 0.008));
        row.number(n.read(self.duty, 0.08));
        row.number(100.0 * self.effectiveness);
        row.number(n.read(self.conductance, 0.01));
        row.number(n.read(0.3 * speed * speed * (1.0 + 2.4 * self.fouling), 0.004));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effectiveness_matches_the_textbook() {
        // Incropera, counterflow: NTU 1, ratio 0.5: 0.5647; ratio 1: 0.5; ratio 0: 1 - 1/e.
        assert!((effectiveness(1.0, 0.5) - 0.5647).abs() < 1e-4);
        assert!((effectiveness(1.0, 1.0) - 0.5).abs() < 1e-9);
        assert!((effectiveness(1.0, 0.0) - (1.0 - (-1.0f64).exp())).abs() < 1e-9);
    }

    #[test]
    fn heat_balances_at_rest() {
        let c = Constants::load().unwrap();
        let mut noise = Noise::new(1);
        let mut x = Exchanger::new(&c, &mut noise);
        for second in 0..4000 {
            x.step(
                1.0,
                f64::from(second),
                (14.0, 11.0),
                &ActiveFaults::default(),
                &c,
                &mut noise,
            );
        }
        assert!((x.duty - 14.0).abs() < 0.4, "{}", x.duty);
        assert!(x.hot_in > x.hot_out && x.hot_out > x.cold_in && x.cold_out > x.cold_in);
    }
}
