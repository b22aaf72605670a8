//! River, intake screen and raw water analyser.

use super::{
    constants::Constants,
    noise::{Noise, Wander},
    reading::{Rate, Row, Signal, Value, signal},
};

pub(super) const SCREEN_SIGNALS: &[Signal] = &[
    signal("level_difference", Rate::Calm, "m"),
    signal("upstream_level", Rate::Calm, "m"),
    signal("downstream_level", Rate::Calm, "m"),
    signal("flow", Rate::Calm, "m³/h"),
    signal("rake_current", Rate::Calm, "A"),
    signal("rake_running", Rate::Calm, ""),
    signal("rake_cycles", Rate::Calm, ""),
];

pub(super) const RIVER_SIGNALS: &[Signal] = &[
    signal("level", Rate::Held, "m"),
    signal("battery", Rate::Held, "%"),
    signal("temperature", Rate::Held, "°C"),
    signal("distance", Rate::Held, "m"),
    signal("rssi", Rate::Held, "dBm"),
    signal("snr", Rate::Held, "dB"),
    signal("frame_count", Rate::Held, ""),
];

pub(super) const RAW_WATER_SIGNALS: &[Signal] = &[
    signal("turbidity", Rate::Calm, "NTU"),
    signal("ph", Rate::Calm, ""),
    signal("temperature", Rate::Calm, "°C"),
    signal("conductivity", Rate::Calm, "µS/cm"),
    signal("dissolved_oxygen", Rate::Calm, "mg/L"),
    signal("ammonium", Rate::Calm, "mg/L"),
    signal("sample_flow", Rate::Calm, "L/h"),
    signal("state", Rate::Calm, ""),
];

/// State of the water before the pumps.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    level: Wander,
    /// °C.
    pub(super) temperature: f64,
    /// NTU.
    pub(super) turbidity: f64,
    ph: f64,
    oxygen: f64,
    wander: Wanders,
    debris: f64,
    raking_s: f64,
    rakes: u64,
    flow: f64,
    elapsed_s: f64,
    battery: f64,
}

#[derive(Clone, Debug)]
struct Wanders {
    turbidity: Wander,
    ph: Wander,
    temperature: Wander,
    conductivity: Wander,
    ammonium: Wander,
    sample: Wander,
    radio: Wander,
}

impl Intake {
    pub(super) fn new(c: &Constants, n: &mut Noise) -> Self {
        Intake {
            level: Wander::new(c.river.level_wander, c.river.level_wander_s, n),
            temperature: c.river.temperature,
            turbidity: 3.1,
            ph: 7.42,
            oxygen: 9.9,
            wander: Wanders {
                turbidity: Wander::new(0.16, 7200.0, n),
                ph: Wander::new(0.03, 3600.0, n),
                temperature: Wander::new(0.08, 3600.0, n),
                conductivity: Wander::new(9.0, 7200.0, n),
                ammonium: Wander::new(0.012, 5400.0, n),
                sample: Wander::new(1.2, 120.0, n),
                radio: Wander::new(2.0, 900.0, n),
            },
            debris: 0.02,
            raking_s: 0.0,
            rakes: 3120,
            flow: c.screen.reference_flow,
            elapsed_s: 0.0,
            battery: 87.6,
        }
    }

    /// River level over its datum, m.
    pub(super) fn river(&self, c: &Constants) -> f64 {
        c.river.level + self.level.value()
    }

    /// Head lost over the screen, m: clean screen and debris, with the square of the flow.
    pub(super) fn difference(&self, c: &Constants) -> f64 {
        let share = self.flow / c.screen.reference_flow;
        (c.screen.clean_difference + self.debris) * share * share
    }

    /// Advances by `dt` seconds at `hour` of the day with `flow` m³/h drawn.
    pub(super) fn step(&mut self, dt: f64, hour: f64, flow: f64, c: &Constants, n: &mut Noise) {
        self.elapsed_s += dt;
        self.level.step(dt, n);
        self.flow = flow;
        // Warmest in the late afternoon; algae make oxygen and raise the pH by day.
        let sun = ((hour - 11.0) / 24.0 * std::f64::consts::TAU).sin();
        self.temperature = c.river.temperature
            + c.river.temperature_daily * sun
            + self.wander.temperature.step(dt, n);
        self.turbidity = 3.1 * self.wander.turbidity.step(dt, n).exp();
        self.ph = 7.42 + 0.08 * sun + self.wander.ph.step(dt, n);
        self.oxygen = 9.9 + 0.5 * sun;
        self.wander.conductivity.step(dt, n);
        self.wander.ammonium.step(dt, n);
        self.wander.sample.step(dt, n);
        self.wander.radio.step(dt, n);
        self.rake(dt, c);
        self.battery -= dt / 86_400.0 * 0.08;
    }

    fn rake(&mut self, dt: f64, c: &Constants) {
        if self.raking_s > 0.0 {
            self.raking_s -= dt;
            self.debris = (self.debris - 0.12 * dt / c.screen.rake_s).max(0.005);
        } else {
            self.debris += c.screen.growth_per_s * dt * self.flow / c.screen.reference_flow;
            if self.difference(c) > c.screen.rake_at {
                self.raking_s = c.screen.rake_s;
                self.rakes += 1;
            }
        }
    }

    /// The screen's instruments.
    pub(super) fn read_screen(&self, row: &mut Row<'_>, c: &Constants, n: &mut Noise) {
        let raking = self.raking_s > 0.0;
        let above = n.read(self.river(c), 0.002);
        let below = n.read(self.river(c) - self.difference(c), 0.002);
        row.number((above - below).max(0.0));
        row.number(above);
        row.number(below);
        row.number(n.read(self.flow, 3.0).max(0.0));
        row.number(if raking {
            n.read(2.9 + 8.0 * self.debris, 0.12).max(0.0)
        } else {
            0.0
        });
        row.push(Value::Flag(raking));
        row.push(Value::Count(self.rakes));
    }

    /// The LoRaWAN level sensor over the river.
    pub(super) fn read_river(&self, row: &mut Row<'_>, air: f64, c: &Constants, n: &mut Noise) {
        // An ultrasonic sensor resolves a millimetre.
        let distance =
            (1000.0 * n.read(c.river.sensor_height - self.river(c), 0.003)).round() / 1000.0;
        row.number(c.river.sensor_height - distance);
        row.number(self.battery.floor());
        row.number((10.0 * n.read(air, 0.1)).round() / 10.0);
        row.number(distance);
        row.number((-88.0 + self.wander.radio.value() + n.gauss()).round());
        row.number((2.0 * (7.5 + 0.4 * self.wander.radio.value() + 0.5 * n.gauss())).round() / 2.0);
        row.push(Value::Count(40_000 + (self.elapsed_s / 60.0) as u64));
    }

    /// The raw water analyser.
    pub(super) fn read_raw_water(&self, row: &mut Row<'_>, drift: f64, n: &mut Noise) {
        row.number(n.read(self.turbidity, 0.02));
        row.number(n.read(self.ph + drift, 0.004));
        row.number(n.read(self.temperature, 0.02));
        row.number(n.read(486.0 + self.wander.conductivity.value(), 0.8));
        row.number(n.read(self.oxygen, 0.02));
        row.number(n.read(0.082 + self.wander.ammonium.value(), 0.001).max(0.0));
        row.number(n.read(60.0 + self.wander.sample.value(), 0.3));
        row.push(Value::Text("measuring"));
    }
}
