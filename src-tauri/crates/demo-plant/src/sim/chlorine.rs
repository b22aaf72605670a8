//! Chlorine dosing: flow-proportional, trimmed by the free residual.

use super::{
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};

pub(super) const ID: &str = "chlorine";

pub(super) const SIGNALS: &[Signal] = &[
    signal("residual", Rate::Slow, "mg/L"),
    signal("dose", Rate::Slow, "L/h"),
    signal("dose_setpoint", Rate::Slow, "L/h"),
    signal("residual_setpoint", Rate::Held, "mg/L"),
    signal("stroke_rate", Rate::Slow, "1/min"),
    signal("back_pressure", Rate::Slow, "bar"),
    signal("tank_level", Rate::Calm, "%"),
    signal("tank_temperature", Rate::Calm, "°C"),
    signal("pump_state", Rate::Held, ""),
];

/// The water that passes the dosing point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Water {
    /// m³/h.
    pub(super) flow: f64,
    /// NTU.
    pub(super) turbidity: f64,
}

/// State of the dosing.
#[derive(Clone, Debug)]
pub(super) struct Chlorine {
    residual: f64,
    dose: f64,
    setpoint: f64,
    trim: f64,
    tank: f64,
    temperature: f64,
    wander: Wander,
}

impl Chlorine {
    pub(super) fn new(c: &Constants, noise: &mut Noise) -> Self {
        Chlorine {
            residual: c.chlorine.setpoint,
            dose: 1.5,
            setpoint: 1.5,
            trim: 0.0,
            tank: c.chlorine.tank_level,
            temperature: c.site.air_temperature - 2.0,
            wander: Wander::new(0.006, 300.0, noise),
        }
    }

    /// Advances by `dt`: dirt in the water uses chlorine up; hall `air` in °C; the analyser shows `shown` mg/L more than
    /// there is, and the controller believes it.
    pub(super) fn step(
        &mut self,
        dt: f64,
        water: Water,
        air: f64,
        shown: f64,
        c: &Constants,
        n: &mut Noise,
    ) {
        let k = &c.chlorine;
        let Water { flow, turbidity } = water;
        let off = k.setpoint - (self.residual + shown);
        self.trim = (self.trim + off * dt / k.reset_s).clamp(-0.15, 0.15);
        let wanted = k.setpoint + k.decay + self.trim + 0.3 * off;
        self.setpoint = (wanted * flow / k.strength_g_per_l).max(0.0);
        self.dose = lag(self.dose, self.setpoint, dt, 3.0);
        let added = if flow > 20.0 {
            self.dose * k.strength_g_per_l / flow
        } else {
            0.0
        };
        let used = k.decay * (0.6 + 0.13 * turbidity) + self.wander.step(dt, n);
        self.residual = lag(self.residual, (added - used).max(0.0), dt, k.lag_s);
        self.tank -= 100.0 * self.dose * dt / 3600.0 / k.tank_volume;
        if self.tank < 22.0 {
            // The weekly tanker has been.
            self.tank = 96.0;
        }
        self.temperature = lag(self.temperature, air - 2.0, dt, 7200.0);
    }

    /// What its instruments show; `shown` as in [`Self::step`].
    pub(super) fn read(&self, row: &mut Row<'_>, shown: f64, c: &Constants, n: &mut Noise) {
        row.number(n.read(self.residual + shown, 0.002).max(0.0));
        row.number(n.read(self.dose, 0.01).max(0.0));
        row.number(self.setpoint);
        row.number(c.chlorine.setpoint);
        row.number(
            n.read(self.dose * 1000.0 / 60.0 / c.chlorine.stroke_volume_ml, 0.2)
                .max(0.0),
        );
        row.number(n.read(2.4 + 0.1 * self.dose, 0.02));
        row.number(n.read(self.tank, 0.05));
        row.number(n.read(self.temperature, 0.05));
        row.push(Value::Text("dosing"));
    }
}
