//! How long history is kept, as the plant file says it.

use twin_core::{AssetId, Duration, Said, said};

/// A day, in seconds.
const DAY_S: i64 = 86_400;
/// A year of 365.25 days, in seconds.
const YEAR_S: i64 = 31_557_600;

/// How long samples are kept as they came, when the plant file does not say.
pub const RAW_DEFAULT: Duration = Duration::from_secs(400 * DAY_S);
/// How long their statistics are kept, when the plant file does not say: ten years.
pub const ROLLUPS_DEFAULT: Duration = Duration::from_secs(10 * YEAR_S);
/// How long changes of links and qualities and corrections are kept, when the plant file does not say.
pub const EVENTS_DEFAULT: Duration = Duration::from_secs(400 * DAY_S);

/// What of history is kept, and how long. Alarms and the audit trail are kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Samples of signals that no class covers.
    pub default: Keep,
    /// Classes in file order; the first that covers a signal counts.
    pub classes: Vec<RetentionClass>,
    /// Changes of links and qualities, and corrections; none for ever.
    pub events: Option<Duration>,
    /// The most that history may take on the disk, bytes; none without bound. The oldest goes first.
    pub budget: Option<u64>,
}

/// How long the samples of some signals are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// As they came; none for ever.
    pub raw: Option<Duration>,
    /// As statistics by bucket, at least as long; none for ever.
    pub rollups: Option<Duration>,
}

/// Signals that are kept for another time. Each list that is not empty narrows the class; one entry of it has to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionClass {
    /// Ids of places; a place stands for all that are part of it.
    pub areas: Vec<String>,
    /// Ids of assets.
    pub assets: Vec<AssetId>,
    /// Ids of asset types.
    pub types: Vec<String>,
    /// Ids of signals within their type.
    pub signals: Vec<String>,
    /// How long.
    pub keep: Keep,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            default: Keep::default(),
            classes: Vec::new(),
            events: Some(EVENTS_DEFAULT),
            budget: None,
        }
    }
}

impl Default for Keep {
    fn default() -> Self {
        Keep {
            raw: Some(RAW_DEFAULT),
            rollups: Some(ROLLUPS_DEFAULT),
        }
    }
}

impl RetentionClass {
    /// Whether it covers the signal `signal` of an asset; `places` are the ids of all places that the asset is in.
    pub fn covers(&self, places: &[&str], asset: &AssetId, type_id: &str, signal: &str) -> bool {
        let fits = |list: &[String], id: &str| list.is_empty() || list.iter().any(|one| one == id);
        let is_there = |area: &String| places.contains(&area.as_str());
        (self.areas.is_empty() || self.areas.iter().any(is_there))
            && (self.assets.is_empty() || self.assets.contains(asset))
            && fits(&self.types, type_id)
            && fits(&self.signals, signal)
    }
}

/// A time as people write it: `"36h"`, `"90d"`, `"8w"`, `"10y"` (of 365.25 days), `"forever"` (none).
///
/// # Errors
/// What is wrong, in words that follow the text.
pub(crate) fn age(text: &str) -> Result<Option<Duration>, Said> {
    let hint = || {
        said!(
            "plantfile-age",
            "write hours, days, weeks or years, such as \"36h\", \"90d\", \"8w\" or \"10y\", or \"forever\""
        )
    };
    const LONGEST_S: i64 = 1_000 * YEAR_S;
    if text == "forever" {
        return Ok(None);
    }
    let (number, unit) = parts(text).ok_or_else(hint)?;
    let unit_s = match unit {
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        "y" => YEAR_S as f64,
        _ => return Err(hint()),
    };
    let seconds = (number * unit_s).round();
    if !(3_600.0..=LONGEST_S as f64).contains(&seconds) {
        return Err(said!(
            "plantfile-age-range",
            "must be between 1 hour and 1000 years"
        ));
    }
    Ok(Some(Duration::from_secs(seconds as i64)))
}

/// Sizes of history on the disk.
pub(crate) const DISK: SizeRange = SizeRange(100e6, 1e18, "100MB", "1000000TB");

/// Least and most bytes, and both as people write them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SizeRange(
    pub(crate) f64,
    pub(crate) f64,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

/// A size as people write it: `"64kB"`, `"500MB"`, `"50GB"`, `"2TB"`, in powers of ten; bytes.
///
/// # Errors
/// What is wrong, in words that follow the text.
pub(crate) fn size(text: &str, range: SizeRange) -> Result<u64, Said> {
    let hint = || {
        said!(
            "plantfile-size",
            "write a size such as \"500MB\", \"50GB\" or \"2TB\""
        )
    };
    let SizeRange(least, most, least_words, most_words) = range;
    let (number, unit) = parts(text).ok_or_else(hint)?;
    let bytes = number
        * match unit {
            "B" => 1.0,
            "kB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            _ => return Err(hint()),
        };
    if !(least..=most).contains(&bytes) {
        return Err(said!(
            "plantfile-size-range",
            "must be at least {least} and at most {most}",
            least = least_words,
            most = most_words
        ));
    }
    Ok(bytes.round() as u64)
}

/// Number and unit.
fn parts(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let number = number.trim();
    let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    Some((number.parse().ok().filter(|_| plain)?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes_are_read_as_people_write_them() {
        let days = |days: i64| Ok(Some(Duration::from_secs(days * DAY_S)));
        assert_eq!(age("400d"), days(400));
        assert_eq!(age("8w"), days(56));
        assert_eq!(age(" 4 y"), days(1_461));
        assert_eq!(age("0.5d"), Ok(Some(Duration::from_secs(43_200))));
        assert_eq!(age("forever"), Ok(None));
        for wrong in [
            "", "d", "10", "10 days", "-1d", "1e3d", "59m", "0.1h", "1001y", "infd",
        ] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
        let size = |text| size(text, DISK);
        assert_eq!(size("50GB"), Ok(50_000_000_000));
        assert_eq!(size("1.5 TB"), Ok(1_500_000_000_000));
        for wrong in ["", "50", "50gb", "50GiB", "99MB", "-1GB", "GB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
