//! Ratings of the station, from `assets/demo-plant/station.toml`, which says what each one means and in what unit.

use serde::Deserialize;

use crate::Error;

const STATION: &str = include_str!("../../../../../assets/demo-plant/station.toml");

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(pub $field: $kind),* }
    };
}

section!(
    /// Where the station stands.
    Site { utc_offset_h: f64, air_temperature: f64, hall_warming_per_kw: f64 }
);
section!(
    /// The river at the intake.
    River {
        level: f64, level_wander: f64, level_wander_s: f64, temperature: f64, temperature_daily: f64,
        sensor_height: f64,
    }
);
section!(
    /// The intake screen and its rake.
    Screen { clean_difference: f64, growth_per_s: f64, rake_at: f64, rake_s: f64, reference_flow: f64 }
);
section!(
    /// One type of pump with its motor and drive.
    Pump {
        rated_speed: f64, rated_power: f64, shutoff_head: f64, curve: f64, best_flow: f64, best_efficiency: f64,
        efficiency_fall: f64, drive_efficiency: f64, no_load_power: f64, suction_submergence: f64, suction_loss: f64,
        speed_lag_s: f64, vibration_base: f64, vibration_speed: f64, vibration_off_best: f64, nde_share: f64,
        bearing_lag_s: f64, bearing_rise: f64, motor_lag_s: f64, drive_lag_s: f64, volts: f64, power_factor: f64,
    }
);
section!(
    /// Wear of a drive-end bearing.
    BearingFault { rise: f64, scale_s: f64, shape: f64, temperature: f64, nde_share: f64, power: f64 }
);
section!(
    /// Cavitation through a throttled suction.
    CavitationFault { ramp_s: f64, suction_loss: f64, head_share: f64, efficiency: f64, vibration: f64 }
);
section!(
    /// The rising main with valve V-101.
    Main { pipe_loss: f64, valve_loss: f64, valve_drop: f64, diameter: f64 }
);
section!(
    /// The lead controller of the duty pumps.
    Control {
        level_setpoint: f64, base_speed: f64, gain_per_m: f64, min_speed: f64, max_speed: f64, slew_per_s: f64,
        assist_below: f64, assist_until: f64,
    }
);
section!(
    /// The high tank.
    Tank { area: f64, height: f64, base_elevation: f64, temperature_lag_s: f64 }
);
section!(
    /// What the town draws.
    Demand { mean: f64, hourly: [f64; 24], slow_share: f64, slow_s: f64, fast_share: f64, fast_s: f64 }
);
section!(
    /// A control valve with its positioner and controller.
    Valve {
        lag_s: f64, stick_band: f64, stiction_band: f64, stiction_ramp_s: f64, controller_gain: f64,
        controller_reset_s: f64, network_flow_full_open: f64, air_pressure: f64, outlet_static: f64,
        outlet_back_pressure: f64,
    }
);
section!(
    /// The plate heat exchanger of the cooling loop.
    Exchanger {
        conductance: f64, base_fouling: f64, fault_fouling: f64, fault_lag_s: f64, hot_flow: f64, cold_flow: f64,
        hot_heat_capacity: f64, cold_heat_capacity: f64, loop_capacity: f64, drive_loss_share: f64,
        compressor_share: f64,
    }
);
section!(
    /// The instrument-air compressor.
    Compressor {
        load_below: f64, unload_above: f64, delivery: f64, r#use: f64, receiver: f64, loaded_power: f64,
        unloaded_power: f64, oil_rise: f64, oil_lag_s: f64,
    }
);
section!(
    /// Chlorine dosing.
    Chlorine {
        strength_g_per_l: f64, setpoint: f64, decay: f64, lag_s: f64, reset_s: f64, tank_volume: f64,
        tank_level: f64, stroke_volume_ml: f64,
    }
);
section!(
    /// A leak of the high tank.
    LeakFault { flow: f64, ramp_s: f64 }
);
section!(
    /// Sensors that drift.
    DriftFault { ph_per_s: f64, ph_max: f64, residual_per_s: f64, residual_max: f64 }
);
section!(
    /// All ratings.
    Constants {
        site: Site, river: River, screen: Screen, pump: Pump, bearing_fault: BearingFault,
        cavitation_fault: CavitationFault, main: Main, control: Control, tank: Tank, demand: Demand, valve: Valve,
        exchanger: Exchanger, compressor: Compressor, chlorine: Chlorine, leak_fault: LeakFault,
        drift_fault: DriftFault,
    }
);

impl Constants {
    /// The ratings compiled into the program.
    ///
    /// # Errors
    /// [`Error::Constants`] when the file does not parse: it is part of the program, so a test finds that first.
    pub(super) fn load() -> Result<Self, Error> {
        toml::from_str(STATION).map_err(|why| Error::Constants(Box::new(why)))
    }
}
