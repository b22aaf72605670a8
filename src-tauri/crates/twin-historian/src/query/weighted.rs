//! Mean and variance of weighted values in one pass.

/// Running mean and sum of squared differences from it, of values with weights.
///
/// The update is that of Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance: Analysis and
/// Recommendations", The American Statistician 37 (1983), equations 2.1: the pairwise form of Welford's method
/// (Technometrics 4, 1962), with weights as in West, Communications of the ACM 22 (1979). Nothing is subtracted that has
/// grown with the number of values, so that small changes of large numbers keep their digits. The steps of the mean are
/// added with compensation (Kahan, Communications of the ACM 8, 1965).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Weighted {
    weight: f64,
    mean: f64,
    /// What the last steps of the mean lost to rounding.
    lost: f64,
    squares: f64,
}

impl Weighted {
    /// Takes in a stretch of this weight, with its own mean and its own squared differences from that.
    #[inline]
    pub(super) fn add(&mut self, weight: f64, mean: f64, squares: f64) {
        let total = self.weight + weight;
        let apart = mean - self.mean;
        let step = apart * (weight / total) - self.lost;
        let next = self.mean + step;
        self.lost = (next - self.mean) - step;
        self.mean = next;
        self.squares += squares + apart * apart * (self.weight * (weight / total));
        self.weight = total;
    }

    /// The weight of all.
    pub(super) const fn weight(&self) -> f64 {
        self.weight
    }

    /// NaN of nothing.
    pub(super) fn mean(&self) -> f64 {
        if self.weight > 0.0 {
            self.mean
        } else {
            f64::NAN
        }
    }

    /// Standard deviation: the root of the squared differences over `self.weight() - less` (1 where the values are a
    /// sample of others, 0 where they are all there are). NaN where that is nothing.
    pub(super) fn deviation(&self, less: f64) -> f64 {
        let over = self.weight - less;
        if over > 0.0 {
            (self.squares.max(0.0) / over).sqrt()
        } else {
            f64::NAN
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_says_what_two_passes_say(
            values in prop::collection::vec((1.0_f64..1e3, -1e3_f64..1e3), 1..200),
            far in prop_oneof![Just(0.0), Just(1e6)],
        ) {
            let mut all = Weighted::default();
            for (weight, value) in &values {
                all.add(*weight, far + value, 0.0);
            }
            let total: f64 = values.iter().map(|(weight, _)| weight).sum();
            let mean = values.iter().map(|(weight, value)| weight * value).sum::<f64>() / total;
            let squares: f64 = values.iter().map(|(weight, value)| weight * (value - mean).powi(2)).sum();
            prop_assert!((all.mean() - far - mean).abs() < 1e-8);
            prop_assert!((all.deviation(0.0) - (squares / total).sqrt()).abs() < 1e-6);
        }
    }

    #[test]
    fn small_changes_of_large_numbers_keep_their_digits() {
        let mut all = Weighted::default();
        for n in 0..1_000_000 {
            all.add(1.0, 1e9 + f64::from(n % 2), 0.0);
        }
        assert!((all.mean() - 1e9 - 0.5).abs() < 1e-6, "{}", all.mean());
        assert!((all.deviation(0.0) - 0.5).abs() < 1e-9);
    }
}
