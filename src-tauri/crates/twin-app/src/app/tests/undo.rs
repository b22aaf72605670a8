//! Acts that are taken back: what they wrote is gone, what was there before is back to the byte.

use std::fs;

use twin_core::Timestamp;

use super::{House, PLANT, until};
use crate::{
    api::{connection::SavedView, pictures::PictureBinding, undo::ActKind},
    app::undo::{Act, Acts},
    connections::form_of,
    error::Error,
    pictures::PictureBack,
};

const MODEL: &str = r#"{"@context": "dtmi:dtdl:context;3", "@id": "dtmi:plant:Valve;1", "@type": "Interface",
    "displayName": "Valve", "contents": [{"@type": "Telemetry", "name": "opening", "schema": "double"}]}"#;
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>";

async fn newest(house: &House) -> (u32, ActKind, bool) {
    let acts = house.app.undoable().await.unwrap();
    acts.last()
        .map(|act| (act.number, act.kind, act.possible))
        .unwrap()
}

#[tokio::test]
async fn a_changed_connection_is_again_what_it_was_with_its_password() {
    let house = House::open(PLANT).await;
    let before = house.text();
    house.app.workspace.put_password("c", "old").unwrap();
    let plant = house.app.workspace.plant().unwrap();
    let opened = form_of(&plant.connections[0]);
    let mut form = opened.clone();
    form.port = 11;
    form.password = Some("new".into());
    let save = house.app.save_connection(&form, Some(&opened), "ada").await;
    assert!(matches!(save, Ok(SavedView::Saved { .. })), "{save:?}");
    let (first, kind, possible) = newest(&house).await;
    assert!(kind == ActKind::ChangeConnection && possible);
    // A later change has to be taken back first.
    let opened = form_of(&house.app.workspace.plant().unwrap().connections[0]);
    let mut later = opened.clone();
    later.port = 12;
    house
        .app
        .save_connection(&later, Some(&opened), "ada")
        .await
        .unwrap();
    let refused = house.app.undo(first, "ada").await;
    assert!(matches!(refused, Err(Error::Restore(_))), "{refused:?}");
    let password = || house.app.workspace.password("c").unwrap();
    assert_eq!(password().as_deref(), Some("new"));
    let (second, ..) = newest(&house).await;
    house.app.undo(second, "ada").await.unwrap();
    assert!(house.text().contains("port = 11"));
    house.app.undo(first, "ada").await.unwrap();
    assert_eq!(house.text(), before);
    assert_eq!(password().as_deref(), Some("old"));
    let port = || house.app.connections().first().map(|row| row.form.port);
    until("the port of before", || port() == Some(9)).await;
    house.close().await;
}

#[tokio::test]
async fn what_changed_nothing_is_no_act() {
    let house = House::open(PLANT).await;
    let plant = house.app.workspace.plant().unwrap();
    let form = form_of(&plant.connections[0]);
    let save = || house.app.save_connection(&form, Some(&form), "ada");
    save().await.unwrap();
    // The first save may write defaults out; the second finds them.
    let known = house.app.undoable().await.unwrap().len();
    save().await.unwrap();
    assert_eq!(house.app.undoable().await.unwrap().len(), known);
    house.close().await;
}

#[tokio::test]
async fn an_imported_type_goes_with_the_copy_of_its_file() {
    let house = House::open(PLANT).await;
    let before = house.text();
    let from = tempfile::tempdir().unwrap();
    let path = from.path().join("valve.json");
    fs::write(&path, MODEL).unwrap();
    let import = || house.app.import_model(path.to_str().unwrap(), None, "ada");
    let imported = import().await.unwrap();
    let copy = house.dir.path().join(imported.file.unwrap());
    assert!(copy.exists() && house.text() != before);
    let (number, kind, _) = newest(&house).await;
    assert_eq!(kind, ActKind::ImportType);
    house.app.undo(number, "ada").await.unwrap();
    assert!(!copy.exists());
    assert_eq!(house.text(), before);
    // A copy that somebody has worked on since stays.
    import().await.unwrap();
    fs::write(&copy, MODEL.replace("Valve\"", "Flap\"")).unwrap();
    let (number, ..) = newest(&house).await;
    house.app.undo(number, "ada").await.unwrap();
    assert_eq!(house.text(), before);
    assert!(copy.exists());
    house.close().await;
}

#[tokio::test]
async fn a_picture_gets_its_text_of_before_and_an_imported_one_goes() {
    let house = House::open(PLANT).await;
    let from = tempfile::tempdir().unwrap();
    let path = from.path().join("hall.svg");
    fs::write(&path, PICTURE).unwrap();
    let app = &house.app;
    app.import_picture(path.to_str().unwrap(), "eva")
        .await
        .unwrap();
    let bind = async |asset: &str| {
        let view = app.picture("hall.svg").await.unwrap();
        let binding = PictureBinding {
            element: 1,
            asset: Some(asset.into()),
            signal: None,
            show: None,
            side: None,
            low: None,
            high: None,
            on: None,
        };
        app.save_picture("hall.svg", &view.print, vec![binding], "eva")
            .await
            .unwrap()
    };
    bind("t").await;
    let bound = bind("u").await;
    let acts = app.undoable().await.unwrap();
    // Of several saves the newest alone can be taken back: the text of before lies beside the picture once.
    let kinds: Vec<_> = acts.iter().map(|act| (act.kind, act.possible)).collect();
    assert_eq!(
        kinds,
        [
            (ActKind::ImportPicture, false),
            (ActKind::BindPicture, true)
        ]
    );
    assert!(matches!(
        app.undo(acts[0].number, "eva").await,
        Err(Error::Restore(_))
    ));
    app.undo(acts[1].number, "eva").await.unwrap();
    let text = app.picture("hall.svg").await.unwrap().text;
    assert!(text.contains("data-asset=\"t\""), "{text}");
    // What somebody wrote since stays.
    let file = house.dir.path().join("pictures/hall.svg");
    bind("u").await;
    fs::write(&file, bound.text.replace("<rect", "<circle")).unwrap();
    let (number, ..) = newest(&house).await;
    assert!(matches!(
        app.undo(number, "eva").await,
        Err(Error::Restore(_))
    ));
    fs::write(&file, PICTURE).unwrap();
    app.undo(acts[0].number, "eva").await.unwrap();
    assert!(app.pictures().await.unwrap().rows.is_empty());
    let trail = house.audit().await;
    let undone: Vec<_> = trail
        .iter()
        .rev()
        .filter(|one| one.entry.action == "undo")
        .map(|one| (&*one.entry.subject, &*one.entry.detail))
        .collect();
    assert_eq!(
        undone,
        [("hall", "bind-picture"), ("hall", "import-picture")]
    );
    house.close().await;
}

fn of_picture(file: &str) -> Act {
    let back = PictureBack {
        file: file.to_owned(),
        before: None,
        after: String::new(),
    };
    Act::picture(ActKind::ImportPicture, file, back)
}

#[test]
fn acts_are_bounded_and_forgotten_after_ten_minutes() {
    let mut acts = Acts::default();
    let at = Timestamp::from_secs;
    for number in 0..25 {
        acts.keep(of_picture(&format!("{number}.svg")), at(number));
    }
    // The oldest of them had to go.
    assert!(acts.take(5, at(25)).is_none());
    assert!(acts.take(6, at(25)).is_some());
    assert!(acts.take(20, at(600 + 19)).is_none());
    assert!(acts.take(21, at(600 + 19)).is_some());
    assert!(acts.take(25, at(600 + 24)).is_none());
}
