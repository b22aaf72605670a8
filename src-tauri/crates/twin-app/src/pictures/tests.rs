use super::*;

const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>";

fn workspace() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(FOLDER);
    fs::create_dir(&folder).unwrap();
    (dir, folder)
}

fn flow() -> PictureBinding {
    PictureBinding {
        element: 1,
        asset: None,
        signal: Some("pump-1/flow".into()),
        show: None,
        side: None,
        low: None,
        high: None,
        on: None,
    }
}

#[test]
fn pictures_are_listed_by_name_and_what_cannot_be_one_is_said() {
    let dir = tempfile::tempdir().unwrap();
    assert!(list(dir.path()).unwrap().rows.is_empty());
    let (dir, folder) = workspace();
    fs::write(folder.join("b hall.svg"), PICTURE).unwrap();
    fs::write(folder.join("A.SVG"), PICTURE).unwrap();
    fs::write(folder.join("trend-1.png"), [0]).unwrap();
    fs::write(folder.join("b hall.svg.bak"), PICTURE).unwrap();
    fs::create_dir(folder.join("folder.svg")).unwrap();
    fs::File::create(folder.join("huge.svg"))
        .unwrap()
        .set_len(BYTES_MAX + 1)
        .unwrap();
    let list = list(dir.path()).unwrap();
    let titles: Vec<&str> = list.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["A", "b hall"]);
    let left_out: Vec<&str> = list.left_out.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(left_out, ["folder.svg", "huge.svg"]);
    assert!(list.left_out[0].reason.contains("no plain file"));
    assert!(list.left_out[1].reason.contains("8 MiB"));
}

#[test]
fn a_binding_is_written_and_the_old_picture_kept() {
    let (dir, folder) = workspace();
    let path = folder.join("hall.svg");
    fs::write(&path, PICTURE).unwrap();
    let before = read(dir.path(), "hall.svg").unwrap();
    let after = save(dir.path(), "hall.svg", &before.print, &[flow()]).unwrap();
    assert_eq!(
        after.text,
        PICTURE.replace("<rect/>", "<rect data-signal=\"pump-1/flow\"/>")
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), after.text);
    assert_eq!(
        fs::read_to_string(folder.join("hall.svg.bak")).unwrap(),
        PICTURE
    );
    assert_ne!(after.row.stamp, before.row.stamp);
    // Nothing changed: the copy of the old one is not lost to it.
    save(dir.path(), "hall.svg", &after.print, &[]).unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("hall.svg.bak")).unwrap(),
        PICTURE
    );
}

#[test]
fn what_was_changed_meanwhile_is_not_overwritten() {
    let (dir, folder) = workspace();
    let path = folder.join("hall.svg");
    fs::write(&path, PICTURE).unwrap();
    let before = read(dir.path(), "hall.svg").unwrap();
    let edited = PICTURE.replace("<rect/>", "<circle/>");
    fs::write(&path, &edited).unwrap();
    let error = save(dir.path(), "hall.svg", &before.print, &[flow()]).unwrap_err();
    assert!(error.to_string().contains("load it again"));
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    assert!(!folder.join("hall.svg.bak").exists());
}

#[test]
fn a_name_cannot_leave_the_folder() {
    let (dir, folder) = workspace();
    fs::write(dir.path().join("out.svg"), PICTURE).unwrap();
    for name in [
        "../out.svg",
        "/etc/x.svg",
        ".svg",
        ".x.svg",
        "a/b.svg",
        "a\\b.svg",
        "plant.toml",
        "",
        "ä.sv",
    ] {
        assert!(
            matches!(read(dir.path(), name), Err(Error::Request(_))),
            "{name}"
        );
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("out.svg"), folder.join("link.svg")).unwrap();
        let error = read(dir.path(), "link.svg").unwrap_err();
        assert!(error.to_string().contains("outside"), "{error}");
    }
    assert!(matches!(
        read(dir.path(), "gone.svg"),
        Err(Error::File { .. })
    ));
}

#[test]
fn a_picture_is_brought_in_beside_those_that_are_there() {
    let (dir, folder) = workspace();
    let from = tempfile::tempdir().unwrap();
    let path = from.path().join("hall.svg");
    fs::write(&path, PICTURE).unwrap();
    assert_eq!(import(dir.path(), &path).unwrap().name, "hall.svg");
    assert_eq!(import(dir.path(), &path).unwrap().name, "hall 2.svg");
    assert_eq!(
        fs::read_to_string(folder.join("hall 2.svg")).unwrap(),
        PICTURE
    );
    fs::write(&path, "<svg><g></svg>").unwrap();
    assert!(
        import(dir.path(), &path)
            .unwrap_err()
            .to_string()
            .contains("hall.svg")
    );
    fs::write(&path, [0xff, 0xfe, 0x3c, 0]).unwrap();
    assert!(
        import(dir.path(), &path)
            .unwrap_err()
            .to_string()
            .contains("UTF-8")
    );
    fs::write(from.path().join("x.png"), PICTURE).unwrap();
    assert!(matches!(
        import(dir.path(), &from.path().join("x.png")),
        Err(Error::Request(_))
    ));
    assert_eq!(list(dir.path()).unwrap().rows.len(), 2);
}
