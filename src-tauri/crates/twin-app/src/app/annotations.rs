//! What people write beside a trend.

use twin_core::{Timestamp, said};
use twin_historian::{ANNOTATION_CHARS_MAX, Annotation, AnnotationChange};

use super::App;
use crate::{
    api::annotations::{
        AnnotationAnswer, AnnotationDraft, AnnotationList, AnnotationQuery, AnnotationView,
    },
    clock,
    error::{Error, Result, Thing},
};

impl App {
    /// Annotations of a span, whenever they were written.
    ///
    /// # Errors
    /// [`Error::Request`] for an impossible span, [`Error::History`].
    pub async fn annotations(&self, query: &AnnotationQuery) -> Result<AnnotationList> {
        let (t0, t1) = span(query.t0, query.t1)?;
        let alarms = self.historian.alarms();
        let found = alarms.annotations(&query.assets, t0, t1).await?;
        Ok(AnnotationList {
            rows: found.rows.iter().map(view).collect(),
            more: found.more,
        })
    }

    /// Stores what `user` wrote.
    ///
    /// # Errors
    /// [`Error::Request`] for a text or a span that is none, [`Error::Unknown`] when the plant has no such asset or signal,
    /// [`Error::History`].
    pub async fn annotate(&self, draft: &AnnotationDraft, user: &str) -> Result<AnnotationView> {
        self.look_up(draft)?;
        let made = self
            .historian
            .alarms()
            .annotate(&stored(draft)?, user, clock::now())
            .await?;
        Ok(view(&made))
    }

    /// Writes another text, span or signal over an annotation that the person has seen as `revision`.
    ///
    /// # Errors
    /// As [`annotate`](Self::annotate).
    pub async fn change_annotation(
        &self,
        id: u32,
        revision: u32,
        draft: &AnnotationDraft,
        user: &str,
    ) -> Result<AnnotationAnswer> {
        let draft = stored(draft)?;
        let seen = (u64::from(id), revision);
        let alarms = self.historian.alarms();
        let done = alarms.change_annotation(seen, &draft, user, clock::now());
        answer(done.await?, id)
    }

    /// Takes an annotation away.
    ///
    /// # Errors
    /// [`Error::Unknown`] when there was never one, [`Error::History`].
    pub async fn remove_annotation(
        &self,
        id: u32,
        revision: u32,
        user: &str,
    ) -> Result<AnnotationAnswer> {
        let seen = (u64::from(id), revision);
        let alarms = self.historian.alarms();
        let done = alarms.remove_annotation(seen, user, clock::now());
        answer(done.await?, id)
    }

    /// Puts an annotation back that was taken away.
    ///
    /// # Errors
    /// As [`remove_annotation`](Self::remove_annotation).
    pub async fn restore_annotation(
        &self,
        id: u32,
        revision: u32,
        user: &str,
    ) -> Result<AnnotationAnswer> {
        let seen = (u64::from(id), revision);
        let alarms = self.historian.alarms();
        let done = alarms.restore_annotation(seen, user, clock::now());
        answer(done.await?, id)
    }

    /// Whether the plant has what it is about. One that is changed may be about what the plant had.
    fn look_up(&self, draft: &AnnotationDraft) -> Result<()> {
        let plant = self.view.plant();
        let asset = plant.all_assets().find(|asset| asset.id == draft.asset);
        let unknown = |what, id: &str| Error::Unknown {
            what,
            id: id.to_owned(),
        };
        let asset = asset.ok_or_else(|| unknown(Thing::Asset, &draft.asset))?;
        match &draft.signal {
            Some(id) if asset.signals.iter().all(|signal| signal.id != *id) => {
                Err(unknown(Thing::Signal, id))
            }
            _ => Ok(()),
        }
    }
}

fn span(t0: f64, t1: f64) -> Result<(Timestamp, Timestamp)> {
    if !t0.is_finite() || !t1.is_finite() || t0 > t1 {
        return Err(Error::Request(said!(
            "refused-span",
            "the span ends before it begins: choose another one"
        )));
    }
    Ok((Timestamp(t0 as i64), Timestamp(t1 as i64)))
}

fn stored(draft: &AnnotationDraft) -> Result<twin_historian::AnnotationDraft> {
    let (t0, t1) = span(draft.t0, draft.t1)?;
    let text = draft.text.trim();
    if text.is_empty() {
        return Err(Error::Request(said!(
            "refused-note-empty",
            "the annotation has no text: write one"
        )));
    }
    if text.chars().count() > ANNOTATION_CHARS_MAX {
        return Err(Error::Request(said!(
            "refused-note-long",
            "an annotation has at most {most} characters: shorten it",
            most = ANNOTATION_CHARS_MAX
        )));
    }
    Ok(twin_historian::AnnotationDraft {
        asset: draft.asset.clone(),
        signal: draft.signal.clone(),
        t0,
        t1,
        text: text.to_owned(),
    })
}

fn answer(change: AnnotationChange, id: u32) -> Result<AnnotationAnswer> {
    match change {
        AnnotationChange::Stored(annotation) => Ok(AnnotationAnswer::Stored {
            annotation: view(&annotation),
        }),
        AnnotationChange::Another(now) => Ok(AnnotationAnswer::Changed {
            now: now.removed_at.is_none().then(|| view(&now)),
        }),
        AnnotationChange::Unknown => Err(Error::Unknown {
            what: Thing::Annotation,
            id: id.to_string(),
        }),
    }
}

fn view(annotation: &Annotation) -> AnnotationView {
    let micros = |at: Timestamp| at.micros() as f64;
    let draft = &annotation.draft;
    AnnotationView {
        // There are at most a hundred thousand.
        id: u32::try_from(annotation.id).unwrap_or(u32::MAX),
        draft: AnnotationDraft {
            asset: draft.asset.clone(),
            signal: draft.signal.clone(),
            t0: micros(draft.t0),
            t1: micros(draft.t1),
            text: draft.text.clone(),
        },
        author: annotation.author.clone(),
        made_at: micros(annotation.made_at),
        changed_by: annotation.changed.as_ref().map(|(by, _)| by.clone()),
        changed_at: annotation.changed.as_ref().map(|(_, at)| micros(*at)),
        revision: annotation.revision,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PLANT: &str = r##"[plant]
id = "p"
name = "P"
zone = "UTC"

[[connection]]
id = "c"
host = "127.0.0.1"
port = 9
security = "plaintext"
subscriptions = [{ filter = "plant/+", qos = 1 }]

[[area]]
id = "a"

[[type]]
id = "tank"
[[type.signal]]
id = "level"

[[asset]]
id = "tank-1"
area = "a"
type = "tank"
connection = "c"
source = "plant/tank-1#{signal}"
"##;

    fn draft(text: &str) -> AnnotationDraft {
        AnnotationDraft {
            asset: "tank-1".into(),
            signal: Some("tank-1/level".into()),
            t0: 1e15,
            t1: 2e15,
            text: text.into(),
        }
    }

    #[tokio::test]
    async fn what_is_written_is_about_what_the_plant_has_and_can_be_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plant.toml"), PLANT).unwrap();
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        let made = app
            .annotate(&draft("  sieve cleaned \n"), "eva")
            .await
            .unwrap();
        assert_eq!((&*made.draft.text, &*made.author), ("sieve cleaned", "eva"));
        let list = || async {
            let query = AnnotationQuery {
                assets: vec!["tank-1".into()],
                t0: 1.5e15,
                t1: 1.5e15,
            };
            app.annotations(&query).await.unwrap().rows
        };
        assert_eq!(list().await, std::slice::from_ref(&made));
        let elsewhere = AnnotationDraft {
            signal: Some("tank-2/level".into()),
            ..draft("of nothing")
        };
        let long = "x".repeat(ANNOTATION_CHARS_MAX + 1);
        for wrong in [elsewhere, draft(" \n "), draft(&long)] {
            assert!(app.annotate(&wrong, "eva").await.is_err());
        }
        let removed = app.remove_annotation(made.id, made.revision, "eva").await;
        let AnnotationAnswer::Stored { annotation } = removed.unwrap() else {
            panic!("it was not taken away");
        };
        assert!(list().await.is_empty());
        // Whoever still sees it hears that it is gone.
        let other = draft("late");
        let late = app.change_annotation(made.id, made.revision, &other, "bob");
        assert_eq!(late.await.unwrap(), AnnotationAnswer::Changed { now: None });
        let back = app.restore_annotation(annotation.id, annotation.revision, "eva");
        back.await.unwrap();
        assert_eq!(list().await[0].draft, made.draft);
        app.stop().await;
    }
}
