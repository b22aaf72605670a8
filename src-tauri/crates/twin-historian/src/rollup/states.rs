//! How long a signal held each of its states.

use std::sync::Arc;

use twin_core::{Duration, Status, Value};

use crate::sample::Sample;

/// Most different states that are told apart; with more there is no list any more.
pub const STATES_MAX: usize = 64;
/// Most different whole numbers among them: a signal with more counts or measures, it has no states.
pub const WHOLE_STATES_MAX: usize = 32;

/// A value that is a state: bool, whole number (an enumeration's code) or text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Off or on.
    Bool(bool),
    /// A code.
    Whole(i64),
    /// A name.
    Text(Arc<str>),
}

/// What is known of one state in a stretch of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateTime {
    /// Which.
    pub state: State,
    /// How long it was held, from sample to sample: after the stretch's last sample nothing is held.
    pub held: Duration,
    /// How often the signal came into it; a state that the stretch begins with counts.
    pub entered: u64,
}

/// The states of a stretch of samples. A sample of bad quality has no state, and no state goes on behind it.
///
/// With more than [`STATES_MAX`] states (or [`WHOLE_STATES_MAX`] whole numbers) there is no list; whatever is merged
/// with it, it stays so. Therefore the result does not depend on how a stretch was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States {
    pub(super) list: Vec<StateTime>,
    pub(super) too_many: bool,
    pub(super) first: Option<State>,
    pub(super) last: Option<State>,
}

impl State {
    /// The state that a sample shows: none for null, floating-point numbers and bad quality.
    pub fn of(sample: &Sample) -> Option<State> {
        State::of_value(&sample.value, sample.quality.status)
    }

    pub(crate) fn of_value(value: &Value, status: Status) -> Option<State> {
        if status == Status::Bad {
            return None;
        }
        match value {
            Value::Bool(value) => Some(State::Bool(*value)),
            Value::I64(value) => Some(State::Whole(*value)),
            Value::Text(text) => Some(State::Text(Arc::clone(text))),
            Value::Null | Value::F64(_) => None,
        }
    }
}

impl States {
    /// States in order, each once; nothing when there is none or when there are too many.
    pub fn list(&self) -> &[StateTime] {
        &self.list
    }

    /// The state that the stretch begins with; none when its first sample shows none, or there were too many.
    pub const fn first(&self) -> Option<&State> {
        self.first.as_ref()
    }

    /// The state that the stretch ends with, likewise.
    pub const fn last(&self) -> Option<&State> {
        self.last.as_ref()
    }

    /// Whether there were too many to list.
    pub const fn is_too_many(&self) -> bool {
        self.too_many
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.too_many
    }

    /// One sample.
    pub(super) fn of(state: Option<State>) -> States {
        let mut states = States::default();
        if let Some(state) = state {
            states.list.push(StateTime {
                state: state.clone(),
                held: Duration::ZERO,
                entered: 1,
            });
            states.first = Some(state.clone());
            states.last = Some(state);
        }
        states
    }

    /// Goes on with a sample that comes `gap` after the last one.
    pub(super) fn push(&mut self, gap: Duration, state: Option<State>) {
        if self.too_many || (state.is_none() && self.list.is_empty()) {
            return;
        }
        self.hold(gap);
        let Some(state) = state else {
            self.last = None;
            return;
        };
        if self.last.as_ref() != Some(&state) {
            self.entry(&state).entered += 1;
            self.limit();
            if !self.too_many {
                self.last = Some(state);
            }
        }
    }

    /// Goes on with the states of samples that begin `gap` after the last one here.
    pub(super) fn merge(&mut self, gap: Duration, next: &States, next_count: u64) {
        if self.too_many || next_count == 0 {
            return;
        }
        if next.too_many {
            self.too_many();
            return;
        }
        self.hold(gap);
        let goes_on = self.last.is_some() && self.last == next.first;
        for time in &next.list {
            let entry = self.entry(&time.state);
            entry.held = Duration(entry.held.0.saturating_add(time.held.0));
            entry.entered += time.entered;
            if goes_on && next.first.as_ref() == Some(&time.state) {
                entry.entered -= 1;
            }
        }
        self.last.clone_from(&next.last);
        self.limit();
    }

    /// Adds states out of order, when nobody knows any more what was before and behind them.
    pub(super) fn add_late(&mut self, late: &States) {
        if self.too_many {
            return;
        }
        if late.too_many {
            self.too_many();
            return;
        }
        for time in &late.list {
            let entry = self.entry(&time.state);
            entry.held = Duration(entry.held.0.saturating_add(time.held.0));
            entry.entered += time.entered;
        }
        self.limit();
    }

    fn hold(&mut self, gap: Duration) {
        if let Some(last) = self.last.take() {
            let entry = self.entry(&last);
            entry.held = Duration(entry.held.0.saturating_add(gap.0));
            self.last = Some(last);
        }
    }

    fn entry(&mut self, state: &State) -> &mut StateTime {
        let at = match self.list.binary_search_by(|time| time.state.cmp(state)) {
            Ok(at) => at,
            Err(at) => {
                let new = StateTime {
                    state: state.clone(),
                    held: Duration::ZERO,
                    entered: 0,
                };
                self.list.insert(at, new);
                at
            }
        };
        &mut self.list[at]
    }

    fn limit(&mut self) {
        let wholes = |time: &&StateTime| matches!(time.state, State::Whole(_));
        let too_many = self.list.len() > STATES_MAX
            || (self.list.len() > WHOLE_STATES_MAX
                && self.list.iter().filter(wholes).count() > WHOLE_STATES_MAX);
        if too_many {
            self.too_many();
        }
    }

    fn too_many(&mut self) {
        *self = States {
            too_many: true,
            ..States::default()
        };
    }
}
