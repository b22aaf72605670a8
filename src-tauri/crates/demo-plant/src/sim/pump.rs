//! A centrifugal pump with its motor and variable-speed drive.

use super::{
    active::{ActiveFaults, ramp},
    constants::Constants,
    hydraulics::{PumpCurve, WEIGHT, bar},
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};
use crate::fault::FaultKind;

pub(super) const SIGNALS: &[Signal] = &[
    signal("flow", Rate::Fast, "m³/h"),
    signal("vibration_de", Rate::Fast, "mm/s"),
    signal("vibration_nde", Rate::Fast, "mm/s"),
    signal("bearing_temperature", Rate::Calm, "°C"),
    signal("bearing_temperature_nde", Rate::Calm, "°C"),
    signal("speed", Rate::Fast, "rpm"),
    signal("speed_setpoint", Rate::Calm, "rpm"),
    signal("suction_pressure", Rate::Fast, "bar"),
    signal("discharge_pressure", Rate::Fast, "bar"),
    signal("power", Rate::Fast, "kW"),
    signal("efficiency", Rate::Slow, "%"),
    signal("motor_current", Rate::Fast, "A"),
    signal("motor_temperature", Rate::Calm, "°C"),
    signal("drive_temperature", Rate::Calm, "°C"),
    signal("run_state", Rate::Held, ""),
    signal("running_hours", Rate::Held, "h"),
];

/// What the pump is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Stop,
    Duty,
    Assist,
}

/// State of one pump.
#[derive(Clone, Debug)]
pub(super) struct Pump {
    pub(super) id: &'static str,
    pub(super) order: Order,
    /// rpm.
    pub(super) setpoint: f64,
    /// rpm.
    pub(super) speed: f64,
    /// m³/h.
    pub(super) flow: f64,
    /// Electrical power, kW.
    pub(super) power: f64,
    /// How this one differs from its drawing: relative head, relative vibration.
    trim: (f64, f64),
    head: f64,
    suction_head: f64,
    efficiency: f64,
    vibration: (f64, f64),
    bearing: (f64, f64),
    motor_temperature: f64,
    drive_temperature: f64,
    /// Bearing wear as added drive-end vibration, mm/s.
    wear: f64,
    cavitation: f64,
    chatter: Wander,
    wander: (Wander, Wander),
    running_s: f64,
}

impl Pump {
    pub(super) fn new(
        id: &'static str,
        trim: (f64, f64),
        running_h: f64,
        c: &Constants,
        noise: &mut Noise,
    ) -> Self {
        let air = c.site.air_temperature;
        Pump {
            id,
            order: Order::Stop,
            setpoint: 0.0,
            speed: 0.0,
            flow: 0.0,
            power: 0.0,
            trim,
            head: 0.0,
            suction_head: 8.0,
            efficiency: 0.0,
            vibration: (0.2, 0.2),
            bearing: (air, air),
            motor_temperature: air,
            drive_temperature: air,
            wear: 0.0,
            cavitation: 0.0,
            chatter: Wander::new(0.3, 0.4, noise),
            wander: (Wander::new(0.06, 2.0, noise), Wander::new(0.05, 2.0, noise)),
            running_s: running_h * 3600.0,
        }
    }

    fn relative_speed(&self, c: &Constants) -> f64 {
        self.speed / c.pump.rated_speed
    }

    /// Advances drive and faults, and says what the pump can do now.
    pub(super) fn curve(
        &mut self,
        dt: f64,
        now_s: f64,
        faults: &ActiveFaults,
        c: &Constants,
        n: &mut Noise,
    ) -> PumpCurve {
        self.speed = lag(self.speed, self.setpoint, dt, c.pump.speed_lag_s);
        let bearing = faults
            .age(self.id, FaultKind::Bearing, now_s)
            .filter(|_| self.order != Order::Stop);
        let f = &c.bearing_fault;
        self.wear = match bearing {
            Some(age) => f.rise * (1.0 - (-(age / f.scale_s).powf(f.shape)).exp()),
            // A new bearing: the old one's vibration is gone within a run-up.
            None => lag(self.wear, 0.0, dt, 6.0),
        };
        self.cavitation = ramp(
            faults.age(self.id, FaultKind::Cavitation, now_s),
            c.cavitation_fault.ramp_s,
        );
        let chatter = self.chatter.step(dt, n);
        let broken = c.cavitation_fault.head_share * self.cavitation * (1.0 + chatter);
        let speed = self.relative_speed(c);
        let throttled = c.cavitation_fault.suction_loss * self.cavitation;
        PumpCurve {
            shutoff: c.pump.shutoff_head * speed * speed * (self.trim.0 - broken) - throttled,
            curve: c.pump.curve + c.pump.suction_loss,
        }
    }

    /// Takes over the operating point: `flow` m³/h, `well` the head of water over the pump's centreline, m, `air` °C.
    pub(super) fn run(
        &mut self,
        dt: f64,
        flow: f64,
        well: f64,
        air: f64,
        c: &Constants,
        n: &mut Noise,
    ) {
        let speed = self.relative_speed(c);
        let broken = c.cavitation_fault.head_share * self.cavitation * (1.0 + self.chatter.value());
        self.flow = flow;
        let velocity = flow * flow;
        self.head = (c.pump.shutoff_head * speed * speed * (self.trim.0 - broken)
            - c.pump.curve * velocity)
            .max(0.0);
        self.suction_head = well
            - c.pump.suction_loss * velocity
            - c.cavitation_fault.suction_loss * self.cavitation;
        self.load(speed, c);
        self.shake(dt, speed, c, n);
        self.warm(dt, speed, air, c);
        if self.order != Order::Stop {
            self.running_s += dt;
        }
    }

    fn load(&mut self, speed: f64, c: &Constants) {
        let hydraulic = WEIGHT * self.flow * self.head / 3600.0 / 1000.0;
        let off = if speed > 0.05 {
            self.flow / speed / c.pump.best_flow - 1.0
        } else {
            -1.0
        };
        let efficiency = c.pump.best_efficiency * (1.0 - c.pump.efficiency_fall * off * off)
            - c.cavitation_fault.efficiency * self.cavitation;
        let shaft = hydraulic / efficiency.max(0.2)
            + c.pump.no_load_power * speed.powi(3)
            + c.bearing_fault.power * speed * self.wear / c.bearing_fault.rise;
        self.power = shaft / c.pump.drive_efficiency;
        self.efficiency = if self.power > 1.0 {
            hydraulic / self.power
        } else {
            0.0
        };
    }

    fn shake(&mut self, dt: f64, speed: f64, c: &Constants, n: &mut Noise) {
        let off = if speed > 0.05 {
            self.flow / speed / c.pump.best_flow - 1.0
        } else {
            0.0
        };
        let running = (speed / 0.3).min(1.0);
        let sound = (c.pump.vibration_base + c.pump.vibration_speed * speed * speed) * self.trim.1
            + c.pump.vibration_off_best * off * off;
        let rough =
            c.cavitation_fault.vibration * self.cavitation * (1.0 + 0.5 * self.chatter.value());
        let wander = (self.wander.0.step(dt, n), self.wander.1.step(dt, n));
        // What the neighbours shake through the floor when this one stands still.
        let floor = 0.18;
        self.vibration = (
            floor + running * (sound + self.wear + rough + wander.0 - floor),
            floor
                + running
                    * (c.pump.nde_share * sound
                        + c.bearing_fault.nde_share * self.wear
                        + 0.8 * rough
                        + wander.1
                        - floor),
        );
    }

    fn warm(&mut self, dt: f64, speed: f64, air: f64, c: &Constants) {
        let load = self.power / c.pump.rated_power;
        let rise = if speed > 0.05 {
            8.0 + c.pump.bearing_rise * speed.powf(1.5) * (0.85 + 0.15 * load)
        } else {
            3.0
        };
        let worn = c.bearing_fault.temperature * self.wear / c.bearing_fault.rise;
        self.bearing.0 = lag(self.bearing.0, air + rise + worn, dt, c.pump.bearing_lag_s);
        self.bearing.1 = lag(
            self.bearing.1,
            air + 0.88 * rise + 0.2 * worn,
            dt,
            c.pump.bearing_lag_s,
        );
        self.motor_temperature = lag(
            self.motor_temperature,
            air + 4.0 + 62.0 * load.powf(1.3),
            dt,
            c.pump.motor_lag_s,
        );
        self.drive_temperature = lag(
            self.drive_temperature,
            air + 5.0 + 26.0 * load,
            dt,
            c.pump.drive_lag_s,
        );
    }

    /// What its instruments show.
    pub(super) fn read(&self, row: &mut Row<'_>, c: &Constants, n: &mut Noise) {
        let discharge = self.suction_head + self.head;
        let amperes = 1000.0 * self.power / (3f64.sqrt() * c.pump.volts * c.pump.power_factor);
        let flowing = self.flow > 1.0;
        row.number(if flowing {
            n.read(self.flow, 1.2)
        } else {
            n.read(0.0, 0.05).max(0.0)
        });
        row.number(n.read(self.vibration.0, 0.03).max(0.0));
        row.number(n.read(self.vibration.1, 0.03).max(0.0));
        row.number(n.read(self.bearing.0, 0.08));
        row.number(n.read(self.bearing.1, 0.08));
        row.number(if self.speed > 20.0 {
            n.read(self.speed, 0.6)
        } else {
            self.speed.max(0.0)
        });
        row.number(self.setpoint);
        row.number(n.read(bar(self.suction_head), 0.003));
        row.number(n.read(bar(discharge), 0.008));
        row.number(n.read(self.power, 0.12 * self.power.min(1.0)).max(0.0));
        row.number(100.0 * self.efficiency);
        row.number(n.read(amperes, 0.25 * amperes.min(1.0)).max(0.0));
        row.number(n.read(self.motor_temperature, 0.1));
        row.number(n.read(self.drive_temperature, 0.1));
        row.push(Value::Text(match self.order {
            Order::Stop => "standby",
            Order::Duty => "running",
            Order::Assist => "assisting",
        }));
        row.number((self.running_s / 36.0).floor() / 100.0);
    }
}
