//! The faults the plant can have, and how a person writes them.

use std::fmt;

use crate::Error;

/// What kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The drive-end bearing of a pump wears: vibration climbs, its temperature follows.
    Bearing,
    /// A pump cavitates: its suction is throttled, head and flow fall, vibration is broad.
    Cavitation,
    /// A control valve sticks and slips.
    Stiction,
    /// The exchanger's plates foul.
    Fouling,
    /// The tank loses water past its meters.
    Leak,
    /// A sensor repeats its last value.
    Frozen,
    /// A sensor's reading creeps away from the truth.
    Drift,
    /// A device falls silent and its edge node says so (DDEATH).
    Offline,
    /// An edge node dies: its connection breaks, the broker publishes its will.
    Death,
    /// An edge node's network is gone: the connection is half open until the broker's keep-alive ends it.
    Link,
}

impl FaultKind {
    /// The name after the colon.
    pub const fn name(self) -> &'static str {
        match self {
            FaultKind::Bearing => "bearing",
            FaultKind::Cavitation => "cavitation",
            FaultKind::Stiction => "stiction",
            FaultKind::Fouling => "fouling",
            FaultKind::Leak => "leak",
            FaultKind::Frozen => "frozen",
            FaultKind::Drift => "drift",
            FaultKind::Offline => "offline",
            FaultKind::Death => "death",
            FaultKind::Link => "link",
        }
    }
}

/// A fault of one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Id of the asset.
    pub asset: &'static str,
    /// What is wrong with it.
    pub kind: FaultKind,
}

const fn fault(asset: &'static str, kind: FaultKind) -> Fault {
    Fault { asset, kind }
}

impl Fault {
    /// Every fault there is.
    pub const ALL: &[Fault] = &[
        fault("pump-1", FaultKind::Bearing),
        fault("pump-2", FaultKind::Bearing),
        fault("pump-1", FaultKind::Cavitation),
        fault("pump-2", FaultKind::Cavitation),
        fault("valve-101", FaultKind::Stiction),
        fault("valve-102", FaultKind::Stiction),
        fault("exchanger", FaultKind::Fouling),
        fault("high-tank", FaultKind::Leak),
        fault("pump-1", FaultKind::Frozen),
        fault("pump-2", FaultKind::Frozen),
        fault("high-tank", FaultKind::Frozen),
        fault("raw-water", FaultKind::Frozen),
        fault("raw-water", FaultKind::Drift),
        fault("chlorine", FaultKind::Drift),
        fault("compressor", FaultKind::Offline),
        fault("exchanger", FaultKind::Offline),
        fault("chlorine", FaultKind::Offline),
        fault("edge-1", FaultKind::Death),
        fault("edge-2", FaultKind::Death),
        fault("edge-1", FaultKind::Link),
        fault("edge-2", FaultKind::Link),
    ];

    /// From `asset:fault`.
    ///
    /// # Errors
    /// [`Error::UnknownFault`], which lists all there are.
    pub fn parse(text: &str) -> Result<Self, Error> {
        text.trim()
            .split_once(':')
            .and_then(|(asset, kind)| {
                Fault::ALL
                    .iter()
                    .find(|f| f.asset == asset && f.kind.name() == kind)
            })
            .copied()
            .ok_or_else(|| Error::UnknownFault {
                asked: text.trim().to_owned(),
                known: known(),
            })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.asset, self.kind.name())
    }
}

fn known() -> String {
    Fault::ALL
        .iter()
        .map(Fault::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What can be asked of a running plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Begin a fault.
    Begin(Fault),
    /// End all faults.
    Clear,
    /// End one fault.
    End(Fault),
}

impl Control {
    /// From `asset:fault`, `clear`, or `clear asset:fault`.
    ///
    /// # Errors
    /// [`Error::UnknownFault`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.trim().strip_prefix("clear") {
            Some("") => Ok(Control::Clear),
            Some(one) if one.starts_with(char::is_whitespace) => {
                Fault::parse(one).map(Control::End)
            }
            _ => Fault::parse(text).map(Control::Begin),
        }
    }
}

/// A fault that begins some time after the plant's start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled {
    /// Which fault.
    pub fault: Fault,
    /// Seconds after the start.
    pub after_s: f64,
}

impl Scheduled {
    /// From `asset:fault` or `asset:fault@seconds`.
    ///
    /// # Errors
    /// [`Error::UnknownFault`], [`Error::FaultTime`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (fault, after) = text.split_once('@').unwrap_or((text, "0"));
        let after_s: f64 = after
            .trim()
            .parse()
            .map_err(|_| Error::FaultTime(text.to_owned()))?;
        if !(0.0..=1e9).contains(&after_s) {
            return Err(Error::FaultTime(text.to_owned()));
        }
        Ok(Scheduled {
            fault: Fault::parse(fault)?,
            after_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_as_written() {
        for fault in Fault::ALL {
            assert_eq!(Fault::parse(&fault.to_string()).unwrap(), *fault);
        }
        assert_eq!(
            Fault::ALL
                .iter()
                .collect::<std::collections::HashSet<_>>()
                .len(),
            Fault::ALL.len()
        );
    }

    #[test]
    fn an_unknown_fault_lists_what_there_is() {
        let text = Fault::parse("pump-9:bearing").unwrap_err().to_string();
        assert!(
            text.contains("pump-9:bearing")
                && text.contains("pump-2:bearing")
                && text.contains("edge-1:link")
        );
    }

    #[test]
    fn schedules_and_controls() {
        let scheduled = Scheduled::parse("pump-2:bearing@90").unwrap();
        assert_eq!((scheduled.fault.asset, scheduled.after_s), ("pump-2", 90.0));
        assert_eq!(Scheduled::parse("edge-2:death").unwrap().after_s, 0.0);
        for bad in [
            "pump-2:bearing@soon",
            "pump-2:bearing@-1",
            "pump-2:bearing@NaN",
        ] {
            assert!(
                matches!(Scheduled::parse(bad), Err(Error::FaultTime(_))),
                "{bad}"
            );
        }
        assert_eq!(Control::parse(" clear ").unwrap(), Control::Clear);
        assert!(
            matches!(Control::parse("clear pump-2:bearing").unwrap(), Control::End(f) if f.asset == "pump-2")
        );
        assert!(matches!(
            Control::parse("pump-2:bearing").unwrap(),
            Control::Begin(_)
        ));
        assert!(Control::parse("clearance").is_err());
    }
}
