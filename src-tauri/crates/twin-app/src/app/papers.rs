//! Documents of an asset as a person changes them: in the plant file, after they saw its lines.

use twin_core::said;
use twin_model::{Edit, Paper, PaperPlace, PlantDocument};

use super::{
    App,
    device::asset_of,
    documents::checked,
    undo::{Act, PlantBack},
};
use crate::{
    api::{
        documents::{DocumentForm, DocumentsChange, DocumentsLines},
        undo::ActKind,
    },
    discovery::diff,
    error::{Error, Result},
};

impl App {
    /// The lines of the plant file that a change of documents would make, and what is wrong with those it adds; nothing is
    /// written.
    ///
    /// # Errors
    /// As [`App::change_documents`].
    pub async fn documents_lines(&self, change: &DocumentsChange) -> Result<DocumentsLines> {
        let text = self.workspace.plant_text()?;
        let mut document =
            PlantDocument::parse(&text).map_err(|source| self.workspace.wrong_plant(source))?;
        self.set_papers(&mut document, change)?;
        let dir = self.workspace.dir().to_owned();
        let new = change.after.iter().filter(|of| !change.before.contains(of));
        let added: Vec<PaperPlace> = new.map(|of| paper(of).place).collect();
        let look = tokio::task::spawn_blocking(move || {
            let wrong = added.iter().filter_map(|place| checked(&dir, place).err());
            wrong.map(|why| (&why).into()).collect()
        });
        Ok(DocumentsLines {
            path: self.workspace.plant_path().display().to_string(),
            lines: diff(&text, &document.to_string()),
            wrong: look.await.map_err(|_| Error::Stopped)?,
        })
    }

    /// Writes the documents of an asset into the plant file.
    ///
    /// # Errors
    /// [`Error::Document`] when the asset has no lines of its own, or other documents by now than the person saw;
    /// [`Error::Plant`] when it cannot have these; those of editing the plant file.
    pub async fn change_documents(&self, change: &DocumentsChange, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let edited = self
            .workspace
            .edit_plant(|document| self.set_papers(document, change))?;
        let compiled = self.compiled();
        let name = asset_of(&compiled, &change.asset).map_or(change.asset.as_str(), |of| &of.name);
        let back = PlantBack::of(&edited);
        self.keep_act(Act::plant(ActKind::ChangeDocuments, name, back))
            .await;
        let text = self.audit_edited(edited).await;
        let told = |sign: &str, of: &[DocumentForm], other: &[DocumentForm]| {
            let differs = of.iter().filter(|one| !other.contains(one));
            let told = differs.map(|one| format!("{sign} {} ({})", one.title, one.place));
            told.collect::<Vec<_>>()
        };
        let mut detail = told("removed", &change.before, &change.after);
        detail.extend(told("added", &change.after, &change.before));
        self.audit(user, "change-documents", &change.asset, &detail.join("; "))
            .await;
        self.take_up_edit(text).await
    }

    fn set_papers(&self, document: &mut PlantDocument, change: &DocumentsChange) -> Result<()> {
        let asset = change.asset.as_str();
        let mut edited = document.plant().asset(asset).cloned().ok_or_else(|| {
            Error::Document(said!(
                "document-no-lines",
                "{asset} has no lines of its own in plant.toml: a mapping rule makes it. Only an asset of the file itself \
                 can have documents.",
                asset = asset
            ))
        })?;
        if edited
            .papers
            .iter()
            .map(form)
            .ne(change.before.iter().cloned())
        {
            return Err(Error::Document(said!(
                "document-meanwhile",
                "plant.toml names other documents of {asset} by now, so nothing was changed. Look at the list, and try again.",
                asset = asset
            )));
        }
        edited.papers = change.after.iter().map(paper).collect();
        document
            .apply(&[Edit::PutAsset(edited)])
            .map_err(|source| self.workspace.wrong_plant(source))
    }
}

fn form(of: &Paper) -> DocumentForm {
    let (place, web) = match &of.place {
        PaperPlace::File(path) => (path.clone(), false),
        PaperPlace::Address(address) => (address.clone(), true),
    };
    DocumentForm {
        title: of.title.clone(),
        place,
        web,
    }
}

fn paper(of: &DocumentForm) -> Paper {
    let place = of.place.clone();
    Paper {
        title: of.title.clone(),
        place: match of.web {
            true => PaperPlace::Address(place),
            false => PaperPlace::File(place),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::api::discovery::LineChange;

    const WORKS: &str = "# by hand\n[plant]\nid = \"w\"\nname = \"W\"\nzone = \"UTC\"\n\
        [[connection]]\nid = \"c\"\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"plaintext\"\n\
        subscriptions = [{ filter = \"x/#\" }]\n[[type]]\nid = \"t\"\n[[type.signal]]\nid = \"s\"\n\
        [[area]]\nid = \"a\"\n\
        [[asset]]\nid = \"p\" # the pump\narea = \"a\"\ntype = \"t\"\nconnection = \"c\"\nsource = \"x/p#{signal}\"\n\n\
        # kept\n[[asset.documents]]\ntitle = \"Manual\"\nfile = \"manual.pdf\"\n";

    fn document(title: &str, place: &str, web: bool) -> DocumentForm {
        DocumentForm {
            title: title.into(),
            place: place.into(),
            web,
        }
    }

    fn change(before: &[DocumentForm], after: &[DocumentForm]) -> DocumentsChange {
        DocumentsChange {
            asset: "p".into(),
            before: before.to_vec(),
            after: after.to_vec(),
        }
    }

    fn said_id(error: &Error) -> String {
        match error {
            Error::Document(said) => said.sentences[0].id.clone().into_owned(),
            other => other.to_string(),
        }
    }

    #[tokio::test]
    async fn a_document_is_added_after_its_lines_were_seen_and_taken_away_without_a_trace() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plant.toml"), WORKS).unwrap();
        fs::write(dir.path().join("parts.pdf"), "%PDF-1.7").unwrap();
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        let text = || fs::read_to_string(dir.path().join("plant.toml")).unwrap();
        let manual = document("Manual", "manual.pdf", false);
        let parts = document("Parts", "parts.pdf", false);
        let page = document("Maker", "https://maker.example/p", true);
        let all = [manual.clone(), parts.clone(), page.clone()];
        let adding = change(std::slice::from_ref(&manual), &all);
        let seen = app.documents_lines(&adding).await.unwrap();
        assert_eq!(text(), WORKS);
        let added: Vec<_> = seen
            .lines
            .iter()
            .filter(|line| line.change == LineChange::Added && !line.text.is_empty())
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(
            added,
            [
                "[[asset.documents]]",
                "title = \"Parts\"",
                "file = \"parts.pdf\"",
                "[[asset.documents]]",
                "title = \"Maker\"",
                "address = \"https://maker.example/p\"",
            ]
        );
        assert!(seen.wrong.is_empty());
        app.change_documents(&adding, "eva").await.unwrap();
        assert!(text().contains("# kept\n[[asset.documents]]\ntitle = \"Manual\""));
        assert_eq!(app.documents("p").await.unwrap().len(), 3);
        // Who saw the old list changes nothing.
        let late = app.change_documents(&adding, "eva").await.unwrap_err();
        assert_eq!(said_id(&late), "document-meanwhile");
        let back = change(&all, std::slice::from_ref(&manual));
        app.change_documents(&back, "eva").await.unwrap();
        assert_eq!(text(), WORKS);
        // Taken back like every other act, and the one before it then too.
        let acts = app.undoable().await.unwrap();
        let kinds: Vec<_> = acts.iter().map(|act| (act.kind, act.possible)).collect();
        assert_eq!(
            kinds,
            [
                (ActKind::ChangeDocuments, false),
                (ActKind::ChangeDocuments, true)
            ]
        );
        app.undo(acts[1].number, "eva").await.unwrap();
        assert_eq!(app.documents("p").await.unwrap().len(), 3);
        app.undo(acts[0].number, "eva").await.unwrap();
        assert_eq!(text(), WORKS);
        let trail = app.historian.alarms().audit(None, 10).await.unwrap();
        let changes = trail.iter().map(|of| &of.entry);
        let last = changes
            .clone()
            .find(|of| of.action == "change-documents")
            .unwrap();
        assert_eq!(changes.filter(|of| of.action == "undo").count(), 2);
        assert_eq!(
            last.detail,
            "removed Parts (parts.pdf); removed Maker (https://maker.example/p)"
        );
        app.stop().await;
    }

    #[tokio::test]
    async fn what_cannot_be_a_document_is_refused_and_what_cannot_be_opened_is_told() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plant.toml"), WORKS).unwrap();
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        let manual = document("Manual", "manual.pdf", false);
        let with =
            |new: DocumentForm| change(std::slice::from_ref(&manual), &[manual.clone(), new]);
        for wrong in [
            document("Manual", "other.pdf", false),
            document("", "other.pdf", false),
            document("Out", "../other.pdf", false),
            document("Program", "tool.sh", false),
            document("Page", "http://maker.example", true),
        ] {
            let refused = app.documents_lines(&with(wrong.clone())).await;
            assert!(matches!(refused, Err(Error::Plant { .. })), "{wrong:?}");
            assert!(app.change_documents(&with(wrong), "eva").await.is_err());
        }
        let missing = with(document("Gone", "gone.pdf", false));
        let seen = app.documents_lines(&missing).await.unwrap();
        assert_eq!(seen.wrong[0].sentences[0].id, "document-unreadable");
        let elsewhere = DocumentsChange {
            asset: "q".into(),
            ..missing
        };
        let unknown = app.documents_lines(&elsewhere).await.unwrap_err();
        assert_eq!(said_id(&unknown), "document-no-lines");
        assert_eq!(
            fs::read_to_string(dir.path().join("plant.toml")).unwrap(),
            WORKS
        );
        app.stop().await;
    }
}
