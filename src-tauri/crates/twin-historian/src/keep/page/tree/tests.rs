//! One damaged byte of what joins pages to trees costs no page and gives none to another tree.

use std::{collections::BTreeSet, path::Path};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, sqlite::SqliteAutoVacuum,
    sqlite::SqliteConnectOptions,
};

use super::{Owners, PAGE, Pages, Tree, cell, map_of, mapped};

/// Tables and one index of two levels, rows that overflow, and free pages, made by SQLite.
async fn make(file: &Path) -> Vec<Tree> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .page_size(8_192)
        .auto_vacuum(SqliteAutoVacuum::Incremental);
    let mut connection = options.connect().await.unwrap();
    let blobs = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
         SELECT i, randomblob(CASE WHEN i % 40 = 0 THEN 20000 ELSE 300 END) FROM n";
    let pairs = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
         SELECT i / 7, i, hex(randomblob(120)) FROM n";
    let statements = [
        "CREATE TABLE samples (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT".to_owned(),
        "CREATE TABLE facts (a INTEGER, b INTEGER, c TEXT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID".into(),
        "CREATE TABLE other (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT".into(),
        "CREATE TABLE pairs (a INTEGER, b INTEGER, c TEXT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID".into(),
        "CREATE INDEX facts_by_text ON facts (c)".into(),
        format!("INSERT INTO samples {blobs}"),
        format!("INSERT INTO other {blobs}"),
        format!("INSERT INTO facts {pairs}"),
        format!("INSERT INTO pairs {pairs}"),
        "DELETE FROM other WHERE id BETWEEN 60 AND 120".into(),
    ];
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let roots: Vec<(String, u32)> = sqlx::query_as("SELECT name, rootpage FROM sqlite_schema")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let tree = |(name, root): (String, u32)| {
        let keyed = !["samples", "other"].contains(&name.as_str());
        Tree { name, root, keyed }
    };
    roots.into_iter().map(tree).collect()
}

fn owned(file: &Path, trees: &[Tree]) -> Vec<BTreeSet<u32>> {
    let mut pages = Pages::open(file).unwrap();
    let owners = Owners::find(&mut pages, trees);
    let of = |tree: &Tree| owners.of(tree).iter().copied().collect();
    trees.iter().map(of).collect()
}

/// With each of these bytes changed in some ways, the same pages have the rows of each table.
fn none_is_lost(file: &Path, trees: &[Tree], places: &[usize]) {
    let sound = std::fs::read(file).unwrap();
    let expected = owned(file, trees);
    assert!(expected.iter().all(|pages| pages.len() > 8), "{expected:?}");
    let count = (sound.len() / PAGE) as u8;
    for at in places {
        let ways = [1, 6, count / 2, sound[*at]];
        for way in ways.into_iter().filter(|way| *way != 0) {
            let mut bytes = sound.clone();
            bytes[*at] ^= way;
            std::fs::write(file, &bytes).unwrap();
            assert_eq!(owned(file, trees), expected, "byte {at} changed by {way}");
        }
    }
    std::fs::write(file, &sound).unwrap();
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

#[test]
fn a_damaged_pointer_map_costs_no_page() {
    let folder = folder();
    let file = folder.path().join("trees.db");
    let trees = block_on(make(&file));
    let mut pages = Pages::open(&file).unwrap();
    let sorts: BTreeSet<u8> = (3..=pages.count())
        .filter_map(|number| Some(mapped(&mut pages, number)?.0))
        .collect();
    assert_eq!(sorts, BTreeSet::from([1, 2, 3, 4, 5]));
    let entries = (pages.count() as usize - 2) * 5;
    let places: Vec<usize> = (PAGE..PAGE + entries).collect();
    none_is_lost(&file, &trees, &places);
}

#[test]
fn a_damaged_way_down_costs_no_page_and_brings_none() {
    let folder = folder();
    let file = folder.path().join("trees.db");
    let trees = block_on(make(&file));
    let bytes = std::fs::read(&file).unwrap();
    let mut places = Vec::new();
    for tree in &trees {
        let at = (tree.root as usize - 1) * PAGE;
        let page = &bytes[at..at + PAGE];
        let below = cell::head(tree.root, page).unwrap().children(page);
        assert!(below.len() > 1, "{} has one page", tree.name);
        for child in below {
            let found = page.windows(4).position(|four| four == child.to_be_bytes());
            places.extend((0..4).map(|n| at + found.unwrap() + n));
        }
    }
    none_is_lost(&file, &trees, &places);
}

#[test]
fn every_page_but_a_few_has_an_entry_in_the_pointer_map() {
    let without: Vec<u32> = (1..5_000).filter(|n| map_of(*n).is_none()).collect();
    assert_eq!(without, [1, 2, 1_641, 3_280, 4_919]);
    assert_eq!(
        (map_of(3), map_of(1_640), map_of(1_642)),
        (Some(2), Some(2), Some(1_641))
    );
}
