//! The house stands as it was drawn; and each check fails on a small house that breaks its rule.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;
use twinscope_tests::house::modules::circles;
use twinscope_tests::house::rust::Code;
use twinscope_tests::house::{self, Kind, Package, Source};

fn root() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(tests
        .parent()
        .context("the tests lie in the repository")?
        .to_path_buf())
}

/// Every Rust file of the repository.
fn rust_sources() -> Result<Vec<Source>> {
    let read = |folder| {
        house::read_sources(&root()?, folder, &["rs"]).with_context(|| format!("reading {folder}"))
    };
    let sources = [read("src-tauri")?, read("tests")?].concat();
    ensure!(
        sources.len() > 50,
        "only {} Rust files: the scan looks in the wrong place",
        sources.len()
    );
    Ok(sources)
}

fn ui_sources() -> Result<Vec<Source>> {
    let sources = house::read_sources(&root()?, "ui", &["ts", "svelte", "js", "mjs"])
        .context("reading ui")?;
    let in_ipc = sources
        .iter()
        .filter(|source| source.path.starts_with("ui/src/ipc/"));
    ensure!(
        in_ipc.count() > 0,
        "no ui/src/ipc: the scan looks in the wrong place"
    );
    Ok(sources)
}

fn workspace() -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root()?.join("Cargo.toml"))
        .no_deps()
        .exec()?;
    let packages = house::packages(&metadata);
    ensure!(
        packages.iter().any(|package| package.name == "twin-core"),
        "no twin-core in the workspace"
    );
    Ok(packages)
}

fn none(offences: &[String]) -> Result<()> {
    ensure!(
        offences.is_empty(),
        "the house does not stand as drawn:\n  {}",
        offences.join("\n  ")
    );
    Ok(())
}

#[test]
fn arrows_between_rooms_point_one_way() -> Result<()> {
    none(&house::wrong_arrows(&workspace()?))
}

#[test]
fn outside_crates_stay_in_their_rooms() -> Result<()> {
    none(&house::misplaced_crates(&workspace()?))
}

#[test]
fn only_the_ipc_folder_knows_tauri() -> Result<()> {
    none(&house::tauri_outside_ipc(&ui_sources()?))
}

#[test]
fn files_stay_short() -> Result<()> {
    none(&house::too_long(&[rust_sources()?, ui_sources()?].concat()))
}

#[test]
fn libraries_start_nothing() -> Result<()> {
    none(&house::spawns(&rust_sources()?))
}

#[test]
fn pure_rooms_touch_nothing_outside() -> Result<()> {
    none(&house::impure(&rust_sources()?))
}

#[test]
fn modules_import_one_way() -> Result<()> {
    let sources = rust_sources()?;
    let roots = sources.iter().filter_map(|source| {
        source
            .path
            .strip_suffix("/lib.rs")
            .or(source.path.strip_suffix("/main.rs"))
    });
    let folders: BTreeSet<&str> = roots.collect();
    ensure!(folders.len() >= 11, "crates found: {folders:?}");
    let found: Vec<String> = folders
        .iter()
        .flat_map(|folder| circles(folder, &sources))
        .collect();
    none(&found)
}

// From here on: small houses that break one rule each.

fn package(name: &str, dependencies: &[(&str, Kind)]) -> Package {
    let dependencies = dependencies
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), *kind))
        .collect();
    Package {
        name: name.to_owned(),
        dependencies,
    }
}

fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn an_arrow_that_points_up_is_found() {
    use Kind::{Build, Dev, Normal};
    let rooms = |dependent: &str, on: &str, kind| {
        let others = [
            "twin-core",
            "twin-model",
            "twin-insight",
            "twin-historian",
            "twin-connect",
            "twin-app",
            "twinscope",
        ];
        let mut rooms: Vec<Package> = others
            .iter()
            .filter(|name| **name != dependent)
            .map(|name| package(name, &[]))
            .collect();
        rooms.push(package(dependent, &[(on, kind), ("serde", Normal)]));
        house::wrong_arrows(&rooms)
    };
    assert_eq!(
        rooms("twin-core", "twin-model", Normal),
        ["twin-core must not depend on twin-model"]
    );
    assert_eq!(rooms("twin-core", "twin-app", Dev).len(), 1);
    assert_eq!(rooms("twin-historian", "twin-connect", Build).len(), 1);
    assert_eq!(rooms("twin-insight", "twin-historian", Normal).len(), 1);
    assert_eq!(rooms("twin-app", "twinscope", Normal).len(), 1);
    assert_eq!(rooms("twinscope", "twin-core", Normal).len(), 1);
    assert_eq!(rooms("demo-plant", "twin-core", Normal).len(), 1);
    assert_eq!(rooms("xtask", "twin-app", Normal).len(), 1);
    assert!(rooms("twin-app", "twin-historian", Normal).is_empty());
    assert!(rooms("twin-historian", "twin-core", Normal).is_empty());
}

#[test]
fn a_room_without_a_place_is_found() {
    let found = house::wrong_arrows(&[package("twin-cloud", &[])]);
    assert!(found[0].contains("twin-cloud is a new room"), "{found:?}");
}

#[test]
fn an_outside_crate_in_the_wrong_room_is_found() {
    use Kind::{Build, Dev, Normal};
    let found = |room: &str, name: &str, kind| {
        house::misplaced_crates(&[package(room, &[(name, kind)])]).len()
    };
    assert_eq!(found("twin-app", "tauri", Normal), 1);
    assert_eq!(found("twin-app", "tauri-build", Build), 1);
    assert_eq!(found("twin-app", "rumqttc-v5-next", Normal), 1);
    assert_eq!(found("twin-app", "rumqttd", Dev), 1);
    assert_eq!(found("twin-app", "sqlx", Normal), 1);
    assert_eq!(found("twin-core", "tract-onnx", Normal), 1);
    assert_eq!(found("twin-report", "tokio", Normal), 1);
    assert_eq!(found("twin-payload", "tokio-util", Normal), 1);
    assert_eq!(found("twin-payload", "tokio", Dev), 0);
    assert_eq!(
        found("twinscope", "tauri-plugin-single-instance", Normal),
        0
    );
    assert_eq!(found("twin-connect", "rumqttc-v5-next", Normal), 0);
}

#[test]
fn tauri_in_a_component_is_found() {
    let text = "import { invoke } from '@tauri-apps/api/core';";
    assert_eq!(
        house::tauri_outside_ipc(&[source("ui/src/views/A.svelte", text)]).len(),
        1
    );
    assert_eq!(
        house::tauri_outside_ipc(&[source(
            "ui/src/a.ts",
            "await import(\"@tauri-apps/api/event\")"
        )])
        .len(),
        1
    );
    assert!(house::tauri_outside_ipc(&[source("ui/src/ipc/core.ts", text)]).is_empty());
    assert!(
        house::tauri_outside_ipc(&[source("ui/src/a.ts", "// not from @tauri-apps/api")])
            .is_empty()
    );
}

#[test]
fn a_long_file_is_found() {
    assert!(house::too_long(&[source("a.rs", &"x\n".repeat(500))]).is_empty());
    assert_eq!(
        house::too_long(&[source("a.rs", &"x\n".repeat(501))]),
        ["a.rs has 501 lines, 500 are the limit"]
    );
}

#[test]
fn every_way_to_start_something_is_found() {
    let found =
        |text: &str| house::spawns(&[source("src-tauri/crates/twin-connect/src/a.rs", text)]).len();
    assert_eq!(found("fn f() { tokio::spawn(async {}); }"), 1);
    assert_eq!(found("use tokio::task::{self, spawn_blocking};"), 1);
    assert_eq!(
        found("use std::thread; fn f() { thread::spawn(|| {}); }"),
        1
    );
    assert_eq!(found("fn f() { std::thread::Builder::new(); }"), 1);
    assert_eq!(found("use std::thread::Builder;"), 1);
    assert_eq!(
        found("fn f(set: &mut JoinSet<()>) { set.spawn(async {}); }"),
        1
    );
    assert_eq!(found("fn f() { Command::new(\"sh\"); }"), 1);
    assert_eq!(
        found("enum Command { Ack } fn f(c: Command) -> Command { Command::Ack }"),
        0
    );
    assert_eq!(
        found("// tokio::spawn(x)\nconst A: &str = \"tokio::spawn(x)\";"),
        0
    );
    assert_eq!(
        found("#[cfg(test)]\nmod tests { #[test] fn f() { tokio::spawn(x); } }"),
        0
    );
    assert_eq!(
        found("#[cfg(test)]\nmod tests { fn f() {} }\nfn g() { tokio::spawn(x); }"),
        1
    );
}

#[test]
fn only_twin_libraries_are_asked_what_they_start() {
    let text = "fn f() { tokio::spawn(x); }";
    for path in [
        "src-tauri/crates/twin-app/src/a.rs",
        "src-tauri/src/a.rs",
        "src-tauri/crates/demo-plant/src/a.rs",
    ] {
        assert!(house::spawns(&[source(path, text)]).is_empty(), "{path}");
    }
    let brought_in = source(
        "src-tauri/crates/twin-connect/src/lib.rs",
        "#[cfg(test)]\nmod testing;",
    );
    let test_file = source("src-tauri/crates/twin-connect/src/testing.rs", text);
    assert_eq!(house::spawns(std::slice::from_ref(&test_file)).len(), 1);
    assert!(house::spawns(&[brought_in, test_file]).is_empty());
}

#[test]
fn the_outside_in_a_pure_room_is_found() {
    let found = |path: &str, text: &str| house::impure(&[source(path, text)]).len();
    let lib = "src-tauri/crates/twin-payload/src/a.rs";
    assert_eq!(found(lib, "use std::{collections::BTreeMap, fs};"), 1);
    assert_eq!(found(lib, "fn f() { std::env::var(\"A\"); }"), 1);
    assert_eq!(found(lib, "fn f() -> std::net::TcpStream { g() }"), 1);
    assert_eq!(
        found(
            lib,
            "use std::collections::BTreeMap; use std::{net::{IpAddr, Ipv6Addr}, sync::Arc};"
        ),
        0
    );
    assert_eq!(
        found(
            "src-tauri/crates/twin-insight/src/bin/learn.rs",
            "use std::fs;"
        ),
        0
    );
    assert_eq!(
        found("src-tauri/crates/twin-historian/src/a.rs", "use std::fs;"),
        0
    );
}

/// A crate of these modules (`name`, text), checked for circles.
fn circles_among(modules: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = modules
        .iter()
        .map(|(name, text)| source(&format!("room/src/{name}.rs"), text))
        .collect();
    circles("room/src", &sources)
}

#[test]
fn a_circle_between_two_files_is_found_and_explained() {
    let found = circles_among(&[
        ("lib", ""),
        ("a", "use crate::b::B;"),
        ("b", "fn f() -> crate::a::A { g() }"),
    ]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("a -> b -> a") && found[0].contains("room/src/a.rs names crate::b::B"),
        "{found:?}"
    );
}

#[test]
fn a_circle_through_three_files_is_found() {
    let found = circles_among(&[
        ("a", "use crate::b::B;"),
        ("b", "use super::c::{C, D};"),
        ("c/mod", "use crate::{x::X, a};"),
    ]);
    assert!(
        found
            .iter()
            .any(|circle| circle.contains("a -> b -> c -> a")),
        "{found:?}"
    );
}

#[test]
fn a_circle_through_the_roots_shop_window_is_found() {
    let found = circles_among(&[
        ("lib", "pub use b::B; pub use self::a::A;"),
        ("a", "use crate::B;"),
        ("b", "use crate::A as Other;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_circle_inside_a_folder_is_found() {
    let inside = [
        ("a/mod", "mod x; mod y;"),
        ("a/x", "use super::y::Y;"),
        ("a/y", "use crate::a::x::X;"),
    ];
    assert!(circles_among(&inside)[0].contains("x -> y -> x"));
    let between = [
        ("a/mod", "mod x;"),
        ("a/x", "use crate::b::B;"),
        ("b", "use crate::a::A;"),
    ];
    assert!(circles_among(&between)[0].contains("a -> b -> a"));
}

#[test]
fn one_way_is_no_circle() {
    let one_way = [
        ("lib", "pub mod a; pub mod b; pub use b::B;"),
        (
            "a",
            "use std::sync::Arc; use crate::b::B; use super::b; mod inner {}",
        ),
        (
            "b",
            "// crate::a::A is not named here\n#[cfg(test)] mod tests { use crate::a::A; }",
        ),
        ("c/mod", "mod d; pub use d::D;"),
        ("c/d", "use super::Shared; use crate::a::A;"),
        ("main", "use crate::c::D;"),
        ("bin/tool", "use crate::a::A;"),
    ];
    assert_eq!(circles_among(&one_way), Vec::<String>::new());
}

#[test]
fn code_is_told_from_texts_lifetimes_and_comments() {
    let text = "fn f<'a>(x: &'a str) -> char { let _ = r#\"a::b \"quoted\" \"#; let _ = b\"c::d\"; let _ = '\"'; \
        let _ = '\\''; /* e::f /* g::h */ i::j */ k::l(x) } // m::n";
    assert_eq!(Code::read(text).paths(), [["k", "l"]]);
    assert!(Code::read("#![cfg(test)]\nuse a::b;").paths().is_empty());
    assert_eq!(
        Code::read("#[cfg(test)]\nuse a::b;\nuse c::{d as e, f::{self, *}};").paths(),
        [vec!["c", "d"], vec!["c", "f"], vec!["c", "f", "*"],]
    );
}
