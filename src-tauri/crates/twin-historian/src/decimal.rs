//! Numbers with a few decimal places as whole numbers: most measurements are such, and are small then.

/// Most places looked for.
const PLACES_MAX: u8 = 9;
const POWERS: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Whole numbers up to here are exact in floating point (2^53).
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Adding and taking away this number rounds to a whole one, for magnitudes below [`WHOLE_MAX`] (1.5 * 2^52).
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 2^51.
const WHOLE_MAX: f64 = 2_251_799_813_685_248.0;

/// A number of decimal places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimal(u8);

impl Decimal {
    pub(crate) const fn new(places: u8) -> Option<Decimal> {
        if places <= PLACES_MAX {
            Some(Decimal(places))
        } else {
            None
        }
    }

    pub(crate) const fn places(self) -> u8 {
        self.0
    }

    /// The fewest places with which every number comes back bit for bit.
    pub(crate) fn of(numbers: impl Iterator<Item = f64>) -> Option<Decimal> {
        let mut decimal = Decimal(0);
        for number in numbers {
            decimal = decimal.raised(number)?;
        }
        Some(decimal)
    }

    /// The fewest places, but not fewer than these, with which the number comes back bit for bit.
    pub(crate) fn raised(mut self, number: f64) -> Option<Decimal> {
        while self.exact(number).is_none() {
            self = Decimal::new(self.0 + 1)?;
        }
        Some(self)
    }

    fn power(self) -> f64 {
        POWERS[usize::from(self.0)]
    }

    /// The whole number that gives this number back bit for bit. None of NaN, infinity and minus zero.
    pub(crate) fn exact(self, number: f64) -> Option<i64> {
        let whole = (number * self.power() + ROUNDER) - ROUNDER;
        let fits = whole.abs() < WHOLE_MAX;
        (fits && (whole / self.power()).to_bits() == number.to_bits()).then_some(whole as i64)
    }

    /// The whole number of a number that fits.
    pub(crate) fn whole(self, number: f64) -> i64 {
        (number * self.power()).round() as i64
    }

    pub(crate) fn number(self, whole: i64) -> f64 {
        whole as f64 / self.power()
    }

    /// `number` in steps of `step` units of the last place, when it differs by no more than `doubt` from such a step.
    pub(crate) fn rounded(self, number: f64, step: f64, doubt: f64) -> Option<i64> {
        let whole = (number * self.power() / step).round();
        let near = (whole * step / self.power() - number).abs() <= doubt;
        (near && whole.abs() < EXACT_MAX).then_some(whole as i64)
    }

    /// Back from [`rounded`](Self::rounded).
    pub(crate) fn scaled(self, whole: i64, step: f64) -> f64 {
        whole as f64 * step / self.power()
    }
}
