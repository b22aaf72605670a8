//! The connection doctor: what a look at a connection finds, as people see it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::oneshot;
use twin_connect::{
    ConnectionSpec, Examination, Grade, Stamp, TestReport, TestStep,
    coap::{self, CoapSpec},
    source_clock,
};
use twin_core::{Said, Timestamp, said};
use twin_model::{Connection, Kind};

use super::App;
use crate::{
    api::{
        connection::{
            ConnectionForm, FactView, GradeView, NoticeView, TestReportView, TestStepView,
        },
        said::SaidView,
    },
    clock,
    connections::{connection_of, expiry_view, said_of, spec_of},
    error::Result,
    pipeline::request::Request,
    running::coap_spec,
};

/// The step of a test in which the client signs in.
const MQTT: &str = "MQTT";
/// How long "Test connection" waits for each step.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A look at a connection that is about to be taken: it needs nothing of the program any more.
#[derive(Debug)]
pub(super) struct Examined {
    target: Target,
    examination: Examination,
    /// The file with the password or key, if one is used.
    secret: Option<PathBuf>,
    /// The client id that a person gave a connection which runs with it, so that the test has to use another.
    bound: Option<String>,
}

#[derive(Debug)]
enum Target {
    Mqtt(Box<ConnectionSpec>),
    Coap(Box<CoapSpec>),
}

impl App {
    /// Tries a connection step by step.
    ///
    /// # Errors
    /// When the form itself is incomplete; what fails on the way is in the report.
    pub async fn test_connection(&self, form: &ConnectionForm) -> Result<TestReportView> {
        Ok(self.examined(form).await?.look().await)
    }

    /// What a test of a connection needs.
    pub(super) async fn examined(&self, form: &ConnectionForm) -> Result<Examined> {
        // A faulty plant file hides nothing that the form shows: the test still runs.
        let existing = self.workspace.plant().map(|plant| plant.connections);
        let existing = existing.unwrap_or_default();
        let connection = connection_of(form, &existing)?;
        let mut examination = Examination::new(TEST_TIMEOUT, clock::now());
        let is_same_place = |c: &&Connection| {
            c.id == connection.id && (&c.host, c.port) == (&connection.host, connection.port)
        };
        if existing.iter().any(|other| is_same_place(&other)) {
            examination.stamps = self.stamps(connection.id.as_str()).await;
        }
        let is_saved = existing.iter().any(|other| other.id == connection.id);
        examination.own_id = connection.client_id.is_some() && !is_saved;
        let bound = connection.client_id.clone().filter(|_| is_saved);
        let password = form.password.clone();
        let is_stored = password.is_none() && connection.username.is_some();
        let secret = is_stored.then(|| self.workspace.secret_path(connection.id.as_str()));
        let target = match connection.kind {
            // Settings that make no sense are a failed step of the report.
            Kind::Mqtt => Target::Mqtt(Box::new(spec_of(&self.workspace, &connection, password)?)),
            Kind::Coap => {
                Target::Coap(Box::new(coap_spec(&self.workspace, &connection, password)?))
            }
        };
        Ok(Examined {
            target,
            examination,
            secret,
            bound,
        })
    }

    /// What the live messages of a connection say of their time; nothing when it does not run.
    async fn stamps(&self, connection: &str) -> Vec<Stamp> {
        let (reply, answer) = oneshot::channel();
        let connection = connection.to_owned();
        match self.ask(Request::Stamps { connection, reply }).await {
            Ok(()) => answer.await.ok().and_then(Result::ok).unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }
}

impl Examined {
    /// Goes through the steps.
    pub(super) async fn look(self) -> TestReportView {
        let examination = &self.examination;
        let report = match self.target {
            Target::Mqtt(spec) => twin_connect::test_connection(*spec, examination).await,
            Target::Coap(spec) => {
                let mut report = coap::probe(&spec, examination.limit).await;
                if report.is_ok() {
                    report.steps.push(source_clock(&examination.stamps));
                }
                report
            }
        };
        let mut view = report_view(&report, examination.now);
        let is_refused = |step: &TestStepView| step.step == MQTT && !step.ok;
        if let Some(id) = self.bound.filter(|_| view.steps.iter().any(is_refused)) {
            view.risks.push(other_id(&id));
        }
        if let Some(secret) = self.secret {
            view.risks.extend(secret_risk(&secret).await);
        }
        view
    }
}

/// A broker that knows its clients by their ids refuses the test of a connection that runs.
fn other_id(id: &str) -> NoticeView {
    NoticeView {
        message: said!(
            "risk-test-id",
            "the test signs in as \"{id}-test\", because the connection itself uses \"{id}\": a broker that binds \
             client ids refuses the one and takes the other",
            id = id
        )
        .into(),
        advice: said!(
            "risk-test-id-advice",
            "Look at the state of the connection itself: it says how the broker takes its own client id."
        )
        .into(),
    }
}

/// Whether others can read the file with a stored password or key. None where the system has no such permissions, or
/// there is no such file.
async fn secret_risk(path: &Path) -> Option<NoticeView> {
    let mode = mode_of(&tokio::fs::metadata(path).await.ok()?)?;
    (mode & 0o077 != 0).then(|| {
        let path = path.display().to_string();
        NoticeView {
            message: said!(
                "risk-secret-readable",
                "the stored password or key {path} is open to others on this machine (mode {mode})",
                path = path.as_str(),
                mode = format!("{mode:03o}")
            )
            .into(),
            advice: said!(
                "risk-key-readable-advice",
                "Make it readable for its owner only: chmod 600 {path}",
                path = path
            )
            .into(),
        }
    })
}

#[cfg(unix)]
fn mode_of(meta: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(meta.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode_of(_: &std::fs::Metadata) -> Option<u32> {
    None
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
            .map(|risk| NoticeView {
                message: (&risk.message).into(),
                advice: (&risk.advice).into(),
            })
            .collect(),
        expiries: expiries
            .unwrap_or_default()
            .into_iter()
            .map(expiry_view)
            .collect(),
    }
}

fn step_view(step: &TestStep) -> TestStepView {
    TestStepView {
        step: step.step.label().to_owned(),
        ok: step.ok,
        message: step_words(step, "", &step.message),
        advice: step_words(step, "-advice", &step.advice),
        facts: step
            .facts
            .iter()
            .map(|fact| FactView {
                name: (&fact.name).into(),
                value: (&fact.value).into(),
            })
            .collect(),
        notices: step
            .notices
            .iter()
            .map(|notice| NoticeView {
                message: (&notice.message).into(),
                advice: (&notice.advice).into(),
            })
            .collect(),
    }
}

/// The words of a step that failed are known to the catalogue by their kind.
fn step_words(step: &TestStep, follows: &str, words: &Said) -> SaidView {
    match step.kind {
        Some(kind) => said_of("down", kind, follows, &words.to_string()),
        None => words.into(),
    }
}

/// Letter and words.
pub(super) fn grade_view(grade: Grade) -> GradeView {
    GradeView {
        letter: grade.letter().to_owned(),
        words: grade.words().to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_stored_password_that_others_can_read_is_a_risk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.password");
        assert_eq!(secret_risk(&path).await, None, "there is none");
        std::fs::write(&path, "sesame").unwrap();
        for (mode, risky) in [(0o600, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let found = secret_risk(&path).await;
            assert_eq!(found.is_some(), risky, "{mode:o}");
            if let Some(risk) = found {
                assert!(risk.advice.contains("chmod 600"), "{risk:?}");
                assert!(!risk.message.contains("sesame"), "{risk:?}");
            }
        }
    }
}
