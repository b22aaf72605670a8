//! What the station's instruments show.

/// How often a signal is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Ten times a second.
    Fast,
    /// Five times a second.
    Medium,
    /// Twice a second.
    Slow,
    /// Once a second.
    Calm,
    /// On change, and every five seconds.
    Held,
}

/// A value as an instrument shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A measurement or a setpoint.
    Number(f64),
    /// A counter.
    Count(u64),
    /// On or off.
    Flag(bool),
    /// A state.
    Text(&'static str),
}

impl Value {
    /// As a number; none for text.
    pub fn number(self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number),
            Value::Count(count) => Some(count as f64),
            Value::Flag(flag) => Some(f64::from(u8::from(flag))),
            Value::Text(_) => None,
        }
    }
}

/// A signal of an asset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Its id, as in the plant file.
    pub id: &'static str,
    /// How often it is published.
    pub rate: Rate,
    /// Its unit, as engineers write it; empty for none.
    pub unit: &'static str,
}

pub(super) const fn signal(id: &'static str, rate: Rate, unit: &'static str) -> Signal {
    Signal { id, rate, unit }
}

/// An asset with its signals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asset {
    /// Its id, as in the plant file.
    pub id: &'static str,
    /// Its signals, in order.
    pub signals: &'static [Signal],
}

/// The readings of all assets at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    assets: Vec<(Asset, usize)>,
    values: Vec<Value>,
}

impl Readings {
    pub(super) fn new(assets: &[Asset]) -> Self {
        let mut first = 0;
        let assets = assets.iter().map(|asset| {
            let entry = (*asset, first);
            first += asset.signals.len();
            entry
        });
        let assets: Vec<_> = assets.collect();
        Readings {
            values: vec![Value::Number(0.0); first],
            assets,
        }
    }

    /// All assets.
    pub fn assets(&self) -> impl Iterator<Item = Asset> + '_ {
        self.assets.iter().map(|(asset, _)| *asset)
    }

    /// The signals and values of an asset, in order; empty for an unknown one.
    pub fn of(&self, asset: &str) -> impl Iterator<Item = (&'static Signal, Value)> + '_ {
        let entry = self.assets.iter().find(|(a, _)| a.id == asset);
        let (signals, first): (&'static [Signal], usize) =
            entry.map_or((&[], 0), |(a, first)| (a.signals, *first));
        signals
            .iter()
            .zip(&self.values[first..])
            .map(|(signal, value)| (signal, *value))
    }

    /// One value.
    pub fn get(&self, asset: &str, signal: &str) -> Option<Value> {
        self.of(asset)
            .find(|(s, _)| s.id == signal)
            .map(|(_, value)| value)
    }

    /// One value as a number.
    pub fn number(&self, asset: &str, signal: &str) -> Option<f64> {
        self.get(asset, signal).and_then(Value::number)
    }

    pub(super) fn set(&mut self, asset: &str, signal: &str, value: Value) {
        let place = self
            .assets
            .iter()
            .find(|(a, _)| a.id == asset)
            .and_then(|(a, first)| {
                a.signals
                    .iter()
                    .position(|s| s.id == signal)
                    .map(|offset| first + offset)
            });
        if let Some(slot) = place.and_then(|place| self.values.get_mut(place)) {
            *slot = value;
        }
    }

    /// Where the values of the assets are written, in order.
    pub(super) fn row(&mut self) -> Row<'_> {
        Row {
            values: self.values.iter_mut(),
        }
    }
}

/// Writes values in the order of the signals.
pub(super) struct Row<'a> {
    values: std::slice::IterMut<'a, Value>,
}

impl Row<'_> {
    pub(super) fn push(&mut self, value: Value) {
        if let Some(slot) = self.values.next() {
            *slot = value;
        }
    }

    pub(super) fn number(&mut self, value: f64) {
        self.push(Value::Number(value));
    }

    /// How many values are still missing.
    pub(super) fn missing(&self) -> usize {
        self.values.len()
    }
}
