//! Randomness, reproducible under a seed.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Source of all noise of a station.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl Noise {
    /// The same seed gives the same noise on every machine.
    pub(super) fn new(seed: u64) -> Self {
        Noise {
            generator: ChaCha8Rng::seed_from_u64(seed),
            spare: None,
        }
    }

    /// Uniform in 0 (exclusive) to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
    }

    /// Standard normal, by the Box-Muller transform.
    pub(super) fn gauss(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// What an instrument with white noise of standard deviation `sigma` reads.
    pub(super) fn read(&mut self, value: f64, sigma: f64) -> f64 {
        value + sigma * self.gauss()
    }
}

/// A slow random wander around zero: an Ornstein-Uhlenbeck process, advanced exactly, so that its distribution does
/// not depend on the step.
#[derive(Clone, Debug)]
pub(super) struct Wander {
    sigma: f64,
    time_constant_s: f64,
    value: f64,
}

impl Wander {
    /// Standard deviation `sigma`, correlation time `time_constant_s`, starting somewhere typical.
    pub(super) fn new(sigma: f64, time_constant_s: f64, noise: &mut Noise) -> Self {
        Wander {
            sigma,
            time_constant_s,
            value: 0.7 * sigma * noise.gauss().clamp(-2.0, 2.0),
        }
    }

    /// Advances by `dt` seconds and returns the new value, held within four standard deviations as a real process is
    /// held by its surroundings.
    pub(super) fn step(&mut self, dt: f64, noise: &mut Noise) -> f64 {
        let keep = (-dt / self.time_constant_s).exp();
        let fresh = self.sigma * (1.0 - keep * keep).sqrt() * noise.gauss();
        self.value = (self.value * keep + fresh).clamp(-4.0 * self.sigma, 4.0 * self.sigma);
        self.value
    }

    /// The present value.
    pub(super) fn value(&self) -> f64 {
        self.value
    }
}

/// `value` moved towards `target` for `dt` seconds as a first-order lag of `time_constant_s`, exactly.
pub(super) fn lag(value: f64, target: f64, dt: f64, time_constant_s: f64) -> f64 {
    target + (value - target) * (-dt / time_constant_s).exp()
}
