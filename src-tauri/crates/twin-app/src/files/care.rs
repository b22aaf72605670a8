//! Copying history whole, and looking it through, while it is in use.

use twin_core::{Said, said};
use twin_historian::{BackedUp, Historian};

use crate::{
    api::files::CheckReport,
    error::Error,
    files::job::{Job, Stopped},
    keep::command,
};

/// Makes the backup in the job's folder. However it ends short of its end, no folder is left.
///
/// # Errors
/// [`Stopped`].
pub async fn backup(historian: &Historian, job: &Job) -> Result<(), Stopped> {
    let done = historian.backup(&job.path, |done, total| job.see(done, total));
    match done.await.map_err(Error::from)? {
        BackedUp::Done(bytes) => {
            // What was counted before is an estimate of what is in use.
            let _ = job.see(bytes, bytes);
            Ok(())
        }
        BackedUp::Cancelled => Err(Stopped::Cancelled),
    }
}

/// Checks the history in the job's folder and puts the report into the job.
///
/// # Errors
/// [`Stopped`].
pub async fn check(historian: &Historian, job: &Job) -> Result<(), Stopped> {
    let report = historian.check_with(|done, total| job.see(done, total));
    let report = report.await.map_err(Error::from)?;
    if !report.finished && report.faults_total == 0 {
        return Err(Stopped::Cancelled);
    }
    let sound = report.is_sound();
    let (advice, command) = if sound {
        (Said::default(), String::new())
    } else {
        let advice = said!(
            "check-advice",
            "What is damaged is left out of what is shown; everything else goes on. A repair keeps all that can be read: \
             close Twinscope, then run the command"
        );
        (advice, command::line(&job.path, "repair"))
    };
    job.put_check(CheckReport {
        sound,
        lines: report.lines().iter().map(Into::into).collect(),
        advice: advice.into(),
        command,
    });
    if report.finished {
        Ok(())
    } else {
        Err(Stopped::Cancelled)
    }
}
