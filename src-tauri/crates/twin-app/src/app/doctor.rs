//! The connection doctor: what a look at a connection finds, as people see it.

use std::time::Duration;

use twin_connect::{Examination, Grade, TestReport, TestStep, coap};
use twin_core::Timestamp;
use twin_model::Kind;

use super::App;
use crate::{
    api::connection::{
        ConnectionForm, ExpiryView, FactView, GradeView, NoticeView, TestReportView, TestStepView,
    },
    clock,
    connections::{connection_of, spec_of},
    error::Result,
    running::coap_spec,
};

/// How long "Test connection" waits for each step.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);

impl App {
    /// Tries a connection step by step.
    ///
    /// # Errors
    /// When the form itself is incomplete; what fails on the way is in the report.
    pub async fn test_connection(&self, form: &ConnectionForm) -> Result<TestReportView> {
        // A faulty plant file hides nothing that the form shows: the test still runs.
        let existing = self.workspace.plant().map(|plant| plant.connections);
        let connection = connection_of(form, &existing.unwrap_or_default())?;
        let now = clock::now();
        let report = match connection.kind {
            // Settings that make no sense are a failed step of the report.
            Kind::Mqtt => {
                let spec = spec_of(&self.workspace, &connection, form.password.clone())?;
                twin_connect::test_connection(spec, &Examination::new(TEST_TIMEOUT, now)).await
            }
            Kind::Coap => {
                let spec = coap_spec(&self.workspace, &connection, form.password.clone())?;
                coap::probe(&spec, TEST_TIMEOUT).await
            }
        };
        Ok(report_view(&report, now))
    }
}

/// `now` is the time to count days from.
fn report_view(report: &TestReport, now: Timestamp) -> TestReportView {
    let expiries = report.tls.as_ref().map(|tls| tls.expiries(now));
    TestReportView {
        steps: report.steps.iter().map(step_view).collect(),
        grade: grade_view(report.grade),
        risks: report
            .risks
            .iter()
            .map(|risk| notice_view(&risk.message, &risk.advice))
            .collect(),
        expiries: expiries
            .unwrap_or_default()
            .into_iter()
            .map(|end| ExpiryView {
                near: end.is_near(),
                at: end.at.micros() as f64,
                days: end.days as f64,
                what: end.what,
            })
            .collect(),
    }
}

fn step_view(step: &TestStep) -> TestStepView {
    TestStepView {
        step: step.step.label().to_owned(),
        ok: step.ok,
        message: step.message.clone(),
        advice: step.advice.clone(),
        facts: step
            .facts
            .iter()
            .map(|fact| FactView {
                name: fact.name.to_owned(),
                value: fact.value.clone(),
            })
            .collect(),
        notices: step
            .notices
            .iter()
            .map(|notice| notice_view(&notice.message, &notice.advice))
            .collect(),
    }
}

fn notice_view(message: &str, advice: &str) -> NoticeView {
    NoticeView {
        message: message.to_owned(),
        advice: advice.to_owned(),
    }
}

/// Letter and words.
pub(super) fn grade_view(grade: Grade) -> GradeView {
    GradeView {
        letter: grade.letter().to_owned(),
        words: grade.words().to_owned(),
    }
}
