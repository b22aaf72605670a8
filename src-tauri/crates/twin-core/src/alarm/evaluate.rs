//! One rule over time: limit, deadband, on-delay, acknowledgement.

use crate::{
    alarm::{
        rule::AlarmRule,
        state::{AlarmState, AlarmTransition, Cause, StandingAlarm},
    },
    id::OccurrenceId,
    time::Timestamp,
};

/// Where the value stands against the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Inside.
    Clear,
    /// Beyond since `since` (source time); active at the latest at `due` (engine time) if nothing else is heard.
    Pending {
        since: Timestamp,
        due: Timestamp,
        value: f64,
    },
    /// Beyond for the on-delay.
    Active,
}

/// A rule with its state.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleState {
    rule: AlarmRule,
    phase: Phase,
    standing: Option<StandingAlarm>,
}

impl RuleState {
    /// A rule that has seen nothing yet, or that continues an occurrence from before a restart.
    pub fn new(rule: AlarmRule, standing: Option<StandingAlarm>) -> Self {
        let is_active = standing.as_ref().is_some_and(|s| s.state.is_active());
        RuleState {
            rule,
            phase: if is_active {
                Phase::Active
            } else {
                Phase::Clear
            },
            standing,
        }
    }

    /// The rule.
    pub const fn rule(&self) -> &AlarmRule {
        &self.rule
    }

    /// The occurrence that is not over, if there is one.
    pub const fn standing(&self) -> Option<&StandingAlarm> {
        self.standing.as_ref()
    }

    /// Takes over a changed rule; the occurrence goes on.
    pub fn reconfigure(&mut self, rule: AlarmRule) {
        self.rule = rule;
    }

    /// The closed interval of values that would change nothing: inside it the rule need not be evaluated. Empty
    /// (`lo > hi`) while a delay is running, because then every sample counts.
    pub fn quiet(&self) -> (f64, f64) {
        let rule = &self.rule;
        match (self.phase, rule.kind.is_upper()) {
            (Phase::Pending { .. }, _) => (f64::INFINITY, f64::NEG_INFINITY),
            (Phase::Clear, true) => (f64::NEG_INFINITY, rule.limit),
            (Phase::Clear, false) => (rule.limit, f64::INFINITY),
            (Phase::Active, true) => ((rule.limit - rule.deadband).next_up(), f64::INFINITY),
            (Phase::Active, false) => (f64::NEG_INFINITY, (rule.limit + rule.deadband).next_down()),
        }
    }

    /// When the rule wants to be asked again although no sample came.
    pub const fn deadline(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Pending { due, .. } => Some(due),
            Phase::Clear | Phase::Active => None,
        }
    }

    /// A good sample, not older than any before it.
    pub fn observe(
        &mut self,
        time: Timestamp,
        value: f64,
        now: Timestamp,
        out: &mut Vec<AlarmTransition>,
    ) {
        match self.phase {
            Phase::Clear if self.rule.is_beyond(value) => {
                if self.rule.on_delay.micros() <= 0 {
                    self.raise(time, value, now, out);
                } else {
                    self.phase = Phase::Pending {
                        since: time,
                        due: now.plus(self.rule.on_delay),
                        value,
                    };
                }
            }
            Phase::Pending { since, .. } => {
                if !self.rule.is_beyond(value) {
                    self.phase = Phase::Clear;
                } else if time.since(since) >= self.rule.on_delay {
                    self.raise(time, value, now, out);
                }
            }
            Phase::Active if self.rule.is_clear(value) => self.clear(time, value, now, out),
            Phase::Clear | Phase::Active => {}
        }
    }

    /// The on-delay may have run out without a new sample: the last value still holds.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<AlarmTransition>) {
        if let Phase::Pending { since, due, value } = self.phase
            && now >= due
        {
            self.raise(since.plus(self.rule.on_delay), value, now, out);
        }
    }

    /// The input is not good any more: a running delay is abandoned, what stands stays as it is.
    pub fn abstain(&mut self) {
        if matches!(self.phase, Phase::Pending { .. }) {
            self.phase = Phase::Clear;
        }
    }

    /// A person acknowledges while the signal stands at `value`; gives false when there is nothing to acknowledge.
    pub fn acknowledge(
        &mut self,
        user: &str,
        comment: &str,
        value: Option<f64>,
        now: Timestamp,
        out: &mut Vec<AlarmTransition>,
    ) -> bool {
        let Some(standing) = self
            .standing
            .as_mut()
            .filter(|s| s.state.is_unacknowledged())
        else {
            return false;
        };
        let from = standing.state;
        let to = if from.is_active() {
            AlarmState::AckedActive
        } else {
            AlarmState::Normal
        };
        standing.acknowledged = Some((user.to_owned(), now));
        let cause = Cause::Acknowledged {
            user: user.to_owned(),
            comment: comment.to_owned(),
        };
        let value = value.unwrap_or(standing.raised.value);
        out.push(step(standing, to, cause, now, value, now));
        if to == AlarmState::Normal {
            self.standing = None;
        }
        true
    }

    /// The rule was taken out of the configuration: ends what stands.
    pub fn remove(&mut self, now: Timestamp, out: &mut Vec<AlarmTransition>) {
        if let Some(mut standing) = self.standing.take() {
            let value = standing.raised.value;
            out.push(step(
                &mut standing,
                AlarmState::Normal,
                Cause::Removed,
                now,
                value,
                now,
            ));
        }
    }

    fn raise(
        &mut self,
        time: Timestamp,
        value: f64,
        now: Timestamp,
        out: &mut Vec<AlarmTransition>,
    ) {
        self.phase = Phase::Active;
        // An alarm that comes back before anybody acknowledged it is the same occurrence (ISA-18.2 re-alarm).
        if let Some(standing) = self.standing.as_mut() {
            out.push(step(
                standing,
                AlarmState::UnackActive,
                Cause::Raised,
                time,
                value,
                now,
            ));
            return;
        }
        let raised = AlarmTransition {
            occurrence: OccurrenceId::from(format!("{}@{}", self.rule.id, time.micros())),
            rule: self.rule.id.clone(),
            asset: self.rule.asset.clone(),
            signal: self.rule.signal,
            kind: self.rule.kind,
            priority: self.rule.priority,
            limit: self.rule.limit,
            from: AlarmState::Normal,
            to: AlarmState::UnackActive,
            cause: Cause::Raised,
            source_time: time,
            at: now,
            value,
        };
        out.push(raised.clone());
        self.standing = Some(StandingAlarm {
            raised,
            state: AlarmState::UnackActive,
            since: now,
            acknowledged: None,
        });
    }

    fn clear(
        &mut self,
        time: Timestamp,
        value: f64,
        now: Timestamp,
        out: &mut Vec<AlarmTransition>,
    ) {
        self.phase = Phase::Clear;
        let Some(standing) = self.standing.as_mut() else {
            return;
        };
        let to = if standing.state == AlarmState::AckedActive {
            AlarmState::Normal
        } else {
            AlarmState::UnackReturned
        };
        out.push(step(standing, to, Cause::Returned, time, value, now));
        if to == AlarmState::Normal {
            self.standing = None;
        }
    }
}

fn step(
    standing: &mut StandingAlarm,
    to: AlarmState,
    cause: Cause,
    time: Timestamp,
    value: f64,
    now: Timestamp,
) -> AlarmTransition {
    let from = standing.state;
    standing.state = to;
    standing.since = now;
    AlarmTransition {
        from,
        to,
        cause,
        source_time: time,
        at: now,
        value,
        ..standing.raised.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        alarm::rule::{AlarmKind, Priority},
        id::{AssetId, RuleId, SignalKey},
        time::Duration,
    };

    fn rule(kind: AlarmKind, delay_s: i64) -> AlarmRule {
        AlarmRule {
            id: RuleId::from("p/v:high"),
            asset: AssetId::from("p"),
            signal: SignalKey(0),
            kind,
            limit: 5.0,
            deadband: 1.0,
            on_delay: Duration::from_secs(delay_s),
            priority: Priority::LOWEST,
        }
    }

    /// Feeds (second, value) pairs and lists the states passed through.
    fn run(kind: AlarmKind, delay_s: i64, samples: &[(i64, f64)]) -> Vec<AlarmState> {
        let mut state = RuleState::new(rule(kind, delay_s), None);
        let mut out = Vec::new();
        for (s, value) in samples {
            state.observe(
                Timestamp::from_secs(*s),
                *value,
                Timestamp::from_secs(*s),
                &mut out,
            );
        }
        out.iter().map(|t| t.to).collect()
    }

    #[test]
    fn deadband_holds_an_alarm_until_the_value_is_well_inside() {
        use AlarmState::{UnackActive, UnackReturned};
        assert_eq!(run(AlarmKind::High, 0, &[(1, 5.0)]), []);
        assert_eq!(
            run(AlarmKind::High, 0, &[(1, 5.1), (2, 4.5), (3, 5.2)]),
            [UnackActive]
        );
        assert_eq!(
            run(AlarmKind::High, 0, &[(1, 5.1), (2, 4.0)]),
            [UnackActive, UnackReturned]
        );
        assert_eq!(
            run(AlarmKind::Low, 0, &[(1, 4.9), (2, 5.9), (3, 6.0)]),
            [UnackActive, UnackReturned]
        );
    }

    #[test]
    fn on_delay_forgets_a_short_excursion() {
        assert_eq!(
            run(
                AlarmKind::High,
                5,
                &[(0, 6.0), (3, 4.9), (6, 6.0), (10, 6.0)]
            ),
            []
        );
        assert_eq!(
            run(AlarmKind::High, 5, &[(0, 6.0), (5, 6.0)]),
            [AlarmState::UnackActive]
        );
    }

    #[test]
    fn on_delay_runs_out_without_a_new_sample() {
        let mut state = RuleState::new(rule(AlarmKind::High, 5), None);
        let mut out = Vec::new();
        state.observe(
            Timestamp::from_secs(10),
            6.0,
            Timestamp::from_secs(11),
            &mut out,
        );
        assert_eq!(state.deadline(), Some(Timestamp::from_secs(16)));
        state.tick(Timestamp::from_secs(15), &mut out);
        assert!(out.is_empty());
        state.tick(Timestamp::from_secs(16), &mut out);
        assert_eq!(out[0].occurrence.as_str(), "p/v:high@15000000");
    }

    #[test]
    fn acknowledge_ends_only_what_has_returned() {
        let mut state = RuleState::new(rule(AlarmKind::High, 0), None);
        let mut out = Vec::new();
        let t = Timestamp::from_secs;
        assert!(!state.acknowledge("ann", "", None, t(0), &mut out));
        state.observe(t(1), 6.0, t(1), &mut out);
        assert!(state.acknowledge("ann", "seen", Some(6.0), t(2), &mut out));
        assert!(!state.acknowledge("ann", "again", Some(6.0), t(3), &mut out));
        state.observe(t(4), 3.0, t(4), &mut out);
        let path: Vec<_> = out.iter().map(|x| x.to).collect();
        assert_eq!(
            path,
            [
                AlarmState::UnackActive,
                AlarmState::AckedActive,
                AlarmState::Normal
            ]
        );
        assert!(state.standing().is_none());
    }

    #[test]
    fn coming_back_before_acknowledgement_is_the_same_occurrence() {
        let mut state = RuleState::new(rule(AlarmKind::High, 0), None);
        let mut out = Vec::new();
        let t = Timestamp::from_secs;
        for (s, v) in [(1, 6.0), (2, 3.0), (3, 6.0)] {
            state.observe(t(s), v, t(s), &mut out);
        }
        assert_eq!(out.len(), 3);
        assert!(out.iter().all(|x| x.occurrence == out[0].occurrence));
        assert_eq!(
            state.standing().map(|s| s.state),
            Some(AlarmState::UnackActive)
        );
    }
}
