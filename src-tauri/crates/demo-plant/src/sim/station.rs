//! The whole station: what flows where, and who controls it.

use super::{
    active::{ActiveFaults, ramp},
    chlorine::{self, Chlorine, Water},
    compressor::{self, Compressor},
    constants::Constants,
    exchanger::{self, Exchanger},
    hydraulics::{SystemCurve, bar, operating_point},
    intake::{self, Intake},
    noise::{Noise, lag},
    pump::{self, Order, Pump},
    reading::{Asset, Rate, Readings, Row, Signal, Value, signal},
    rooms::{self, Gateway, Rooms},
    tank::{self, Demand, Tank},
    valve::{self, Valve},
};
use crate::{
    Error,
    fault::{Control, Fault, FaultKind},
};

const MAIN_SIGNALS: &[Signal] = &[
    signal("flow", Rate::Slow, "m³/h"),
    signal("pressure", Rate::Slow, "bar"),
    signal("velocity", Rate::Slow, "m/s"),
    signal("total", Rate::Calm, "m³"),
];

/// All assets with their signals, in the order of their readings.
pub const ASSETS: &[Asset] = &[
    Asset {
        id: "intake-screen",
        signals: intake::SCREEN_SIGNALS,
    },
    Asset {
        id: "river-level",
        signals: intake::RIVER_SIGNALS,
    },
    Asset {
        id: "raw-water",
        signals: intake::RAW_WATER_SIGNALS,
    },
    Asset {
        id: "pump-1",
        signals: pump::SIGNALS,
    },
    Asset {
        id: "pump-2",
        signals: pump::SIGNALS,
    },
    Asset {
        id: "pump-3",
        signals: pump::SIGNALS,
    },
    Asset {
        id: "compressor",
        signals: compressor::SIGNALS,
    },
    Asset {
        id: exchanger::ID,
        signals: exchanger::SIGNALS,
    },
    Asset {
        id: chlorine::ID,
        signals: chlorine::SIGNALS,
    },
    Asset {
        id: "valve-101",
        signals: valve::SIGNALS,
    },
    Asset {
        id: "valve-102",
        signals: valve::SIGNALS,
    },
    Asset {
        id: tank::ID,
        signals: tank::SIGNALS,
    },
    Asset {
        id: "delivery-main",
        signals: MAIN_SIGNALS,
    },
    Asset {
        id: "pump-hall-air",
        signals: rooms::HALL_SIGNALS,
    },
    Asset {
        id: "control-room",
        signals: rooms::CONTROL_ROOM_SIGNALS,
    },
    Asset {
        id: "edge-1",
        signals: rooms::EDGE_SIGNALS,
    },
    Asset {
        id: "edge-2",
        signals: rooms::EDGE_SIGNALS,
    },
];

/// Which sensor of an asset freezes.
const FROZEN: &[(&str, &str)] = &[
    ("pump-1", "discharge_pressure"),
    ("pump-2", "discharge_pressure"),
    ("high-tank", "level"),
    ("raw-water", "turbidity"),
];

/// How long a new station runs before anyone looks, so that everything is warm and in balance.
const SETTLE_S: u32 = 3 * 3600;

/// The simulated pumping station.
#[derive(Clone, Debug)]
pub struct Station {
    c: Constants,
    /// Microseconds since 1970.
    now: i64,
    /// Seconds simulated, without the settling.
    elapsed_s: f64,
    noise: Noise,
    faults: ActiveFaults,
    frozen: Vec<(Fault, Value)>,
    intake: Intake,
    demand: Demand,
    pumps: [Pump; 3],
    inlet: Valve,
    outlet: Valve,
    tank: Tank,
    exchanger: Exchanger,
    compressor: Compressor,
    chlorine: Chlorine,
    rooms: Rooms,
    gateways: [Gateway; 2],
    /// Flow as the controllers see it, m³/h, and delivered in all, m³.
    flow: f64,
    smooth_flow: f64,
    total: f64,
    readings: Readings,
}

impl Station {
    /// A station that has been running quietly for hours at `start` (microseconds since 1970, UTC), which sets the hour
    /// of its day. All noise follows from `seed`.
    ///
    /// # Errors
    /// [`Error::Constants`].
    pub fn new(seed: u64, start: i64) -> Result<Self, Error> {
        let c = Constants::load()?;
        let mut n = Noise::new(seed);
        let pumps = [
            Pump::new("pump-1", (1.001, 1.01), 9_412.0, &c, &mut n),
            Pump::new("pump-2", (0.999, 0.99), 11_067.0, &c, &mut n),
            Pump::new("pump-3", (1.0, 1.0), 6_530.0, &c, &mut n),
        ];
        let mut station = Station {
            now: start - i64::from(SETTLE_S) * 1_000_000,
            elapsed_s: 0.0,
            faults: ActiveFaults::default(),
            frozen: Vec::new(),
            intake: Intake::new(&c, &mut n),
            demand: Demand::new(&c, &mut n),
            pumps,
            inlet: Valve::new("valve-101", 40.0, 182_340.0, &mut n),
            outlet: Valve::new("valve-102", 50.0, 240_115.0, &mut n),
            tank: Tank::new(&c),
            exchanger: Exchanger::new(&c, &mut n),
            compressor: Compressor::new(&c, &mut n),
            chlorine: Chlorine::new(&c, &mut n),
            rooms: Rooms::new(&c, &mut n),
            gateways: [
                Gateway::new(21.0, 987.0, &mut n),
                Gateway::new(14.0, 432.0, &mut n),
            ],
            flow: 640.0,
            smooth_flow: 640.0,
            total: 4_812_300.0,
            readings: Readings::new(ASSETS),
            noise: n,
            c,
        };
        station.settle();
        Ok(station)
    }

    fn settle(&mut self) {
        let (c, hour) = (&self.c, self.hour());
        // The level at which the controller already asks for what the town draws at this hour.
        let asked = tank::daily(hour, c) / c.demand.mean - 1.0;
        self.tank.volume = c.tank.area * (c.control.level_setpoint - 0.45 * asked);
        for pump in &mut self.pumps[..2] {
            (pump.order, pump.setpoint, pump.speed) =
                (Order::Duty, c.control.base_speed, c.control.base_speed);
        }
        for _ in 0..SETTLE_S {
            self.physics(1.0);
            self.now += 1_000_000;
        }
        self.elapsed_s = 0.0;
        self.measure();
    }

    /// Simulated time, microseconds since 1970.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Sets the station's clock without simulating: after the machine slept or its clock was stepped, the plant goes on
    /// where it was.
    pub fn set_clock(&mut self, now: i64) {
        self.now = now;
    }

    /// What the instruments show now.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Faults that stand.
    pub fn faults(&self) -> Vec<Fault> {
        self.faults.iter().collect()
    }

    /// Whether the fault stands.
    pub fn has(&self, asset: &str, kind: FaultKind) -> bool {
        self.faults.age(asset, kind, self.elapsed_s).is_some()
    }

    /// Begins or ends faults.
    pub fn control(&mut self, control: Control) {
        match control {
            Control::Begin(fault) => self.begin(fault),
            Control::End(fault) => {
                self.faults.end(fault);
                self.frozen.retain(|(f, _)| *f != fault);
            }
            Control::Clear => {
                self.faults.clear();
                self.frozen.clear();
            }
        }
    }

    fn begin(&mut self, fault: Fault) {
        if self.has(fault.asset, fault.kind) {
            return;
        }
        self.faults.begin(fault, self.elapsed_s);
        if fault.kind == FaultKind::Frozen
            && let Some(value) =
                frozen_signal(fault).and_then(|s| self.readings.get(fault.asset, s))
        {
            self.frozen.push((fault, value));
        }
    }

    /// Simulates `dt` seconds (at most one; longer ones are cut into pieces) and reads the instruments once.
    pub fn step(&mut self, dt: f64) {
        let pieces = dt.ceil().max(1.0);
        for _ in 0..pieces as u32 {
            self.physics(dt / pieces);
        }
        self.now += (dt * 1e6).round() as i64;
        self.measure();
    }

    fn hour(&self) -> f64 {
        let seconds = self.now as f64 * 1e-6;
        (seconds / 3600.0 + self.c.site.utc_offset_h).rem_euclid(24.0)
    }

    fn physics(&mut self, dt: f64) {
        self.elapsed_s += dt;
        let (t, hour) = (self.elapsed_s, self.hour());
        let Station {
            c,
            noise: n,
            faults,
            ..
        } = self;
        lead(dt, self.tank.level(c), &mut self.pumps, c);
        let river = self.intake.river(c);
        let well = river - self.intake.difference(c) + c.pump.suction_submergence;
        let surface = c.tank.base_elevation + self.tank.level(c);
        let opening = (self.inlet.position / 100.0).max(0.05);
        let valve_loss = c.main.valve_loss / (opening * opening);
        let system = SystemCurve {
            lift: surface - river + self.intake.difference(c),
            loss: c.main.pipe_loss + valve_loss,
        };
        let curves = self
            .pumps
            .each_mut()
            .map(|pump| pump.curve(dt, t, faults, c, n));
        let (flows, head) = operating_point(curves, system);
        for (pump, flow) in self.pumps.iter_mut().zip(flows) {
            pump.run(dt, flow, well, self.rooms.hall, c, n);
        }
        self.flow = flows.iter().sum();
        self.total += self.flow * dt / 3600.0;
        self.smooth_flow = lag(self.smooth_flow, self.flow, dt, 20.0);
        let needed = 100.0 * self.smooth_flow * (c.main.valve_loss / c.main.valve_drop).sqrt();
        self.inlet.step(dt, t, needed, faults, c, n);
        let before = bar(well + head - 0.4 * c.main.pipe_loss * self.flow * self.flow);
        self.inlet.carry(
            self.flow,
            (before, before - bar(valve_loss * self.flow * self.flow)),
        );

        let demand = self.demand.step(dt, hour, c, n);
        let wanted = 100.0 * demand / c.valve.network_flow_full_open;
        self.outlet.step(dt, t, wanted, faults, c, n);
        let drawn = demand * (self.outlet.position / wanted.max(1.0)).powf(0.7);
        let above = bar(c.valve.outlet_static + self.tank.level(c));
        self.outlet
            .carry(drawn, (above, c.valve.outlet_back_pressure));
        self.tank.step(
            dt,
            t,
            (self.flow, drawn),
            self.intake.temperature,
            faults,
            c,
        );

        self.surroundings(dt, t, hour);
    }

    fn surroundings(&mut self, dt: f64, t: f64, hour: f64) {
        let shown = self.residual_drift();
        let Station {
            c,
            noise: n,
            faults,
            ..
        } = self;
        let electrical: f64 = self.pumps.iter().map(|pump| pump.power).sum();
        self.intake.step(dt, hour, self.flow, c, n);
        self.rooms.step(dt, hour, electrical, c, n);
        let air = self.rooms.hall;
        self.compressor.step(dt, air, c, n);
        let heat = c.exchanger.drive_loss_share * electrical
            + c.exchanger.compressor_share * self.compressor.power;
        self.exchanger
            .step(dt, t, (heat, self.intake.temperature), faults, c, n);
        let water = Water {
            flow: self.flow,
            turbidity: self.intake.turbidity,
        };
        self.chlorine.step(dt, water, air, shown, c, n);
        for (gateway, id) in self.gateways.iter_mut().zip(["edge-1", "edge-2"]) {
            gateway.step(dt, air, faults.age(id, FaultKind::Death, t).is_some(), n);
        }
    }

    fn ph_drift(&self) -> f64 {
        let d = &self.c.drift_fault;
        d.ph_max
            * ramp(
                self.faults
                    .age("raw-water", FaultKind::Drift, self.elapsed_s),
                d.ph_max / d.ph_per_s,
            )
    }

    fn residual_drift(&self) -> f64 {
        let d = &self.c.drift_fault;
        let age = self
            .faults
            .age(chlorine::ID, FaultKind::Drift, self.elapsed_s);
        d.residual_max * ramp(age, d.residual_max / d.residual_per_s)
    }

    /// Reads every instrument once, in the order of [`ASSETS`].
    fn measure(&mut self) {
        let (ph_drift, shown) = (self.ph_drift(), self.residual_drift());
        let Station {
            c,
            noise: n,
            readings,
            ..
        } = self;
        let mut row = readings.row();
        self.intake.read_screen(&mut row, c, n);
        self.intake
            .read_river(&mut row, self.rooms.hall - 8.0, c, n);
        self.intake.read_raw_water(&mut row, ph_drift, n);
        for pump in &self.pumps {
            pump.read(&mut row, c, n);
        }
        self.compressor.read(&mut row, n);
        self.exchanger.read(&mut row, c, n);
        self.chlorine.read(&mut row, shown, c, n);
        self.inlet.read(&mut row, c, n);
        self.outlet.read(&mut row, c, n);
        self.tank.read(&mut row, c, n);
        read_main(
            &mut row,
            self.flow,
            self.inlet.upstream_pressure(),
            self.total,
            c,
            n,
        );
        self.rooms.read_hall(&mut row, n);
        self.rooms.read_control_room(&mut row, n);
        for gateway in &self.gateways {
            gateway.read(&mut row, n);
        }
        debug_assert_eq!(row.missing(), 0, "every signal has been read");
        for (fault, value) in &self.frozen {
            if let Some(signal) = frozen_signal(*fault) {
                readings.set(fault.asset, signal, *value);
            }
        }
    }
}

fn frozen_signal(fault: Fault) -> Option<&'static str> {
    FROZEN
        .iter()
        .find(|(asset, _)| *asset == fault.asset)
        .map(|(_, signal)| *signal)
}

/// The lead controller: the duty pumps run at one speed that follows the tank's level; the standby pump assists while
/// they cannot hold it.
fn lead(dt: f64, level: f64, pumps: &mut [Pump; 3], c: &Constants) {
    let k = &c.control;
    let wanted =
        (k.base_speed + k.gain_per_m * (k.level_setpoint - level)).clamp(k.min_speed, k.max_speed);
    let standby = &mut pumps[2];
    if standby.order == Order::Stop && level < k.assist_below {
        standby.order = Order::Assist;
    } else if standby.order == Order::Assist && level > k.assist_until {
        standby.order = Order::Stop;
    }
    for pump in pumps {
        let target = if pump.order == Order::Stop {
            0.0
        } else {
            wanted
        };
        let most = if pump.order == Order::Stop || pump.setpoint < k.min_speed {
            60.0
        } else {
            k.slew_per_s
        } * dt;
        pump.setpoint += (target - pump.setpoint).clamp(-most, most);
    }
}

fn read_main(
    row: &mut Row<'_>,
    flow: f64,
    pressure: f64,
    total: f64,
    c: &Constants,
    n: &mut Noise,
) {
    let area = std::f64::consts::FRAC_PI_4 * c.main.diameter * c.main.diameter;
    let measured = n.read(flow, 1.5).max(0.0);
    row.number(measured);
    row.number(n.read(pressure, 0.005));
    row.number(measured / 3600.0 / area);
    row.number(total.floor());
}
