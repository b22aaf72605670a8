//! The tables of a new file, and where they begin in a damaged one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use super::page::{self, Claim, Owners, Pages, Stored, Tree, claim};

/// Pages behind the last known root that are looked at for others.
const ROOTS_BEHIND: u32 = 8;
/// Names with a doubtful root, and roots without a name, that are tried.
const TRIED_MAX: usize = 4;

/// A table of the new file.
pub(super) struct Table {
    pub name: String,
    /// Without row numbers.
    pub keyed: bool,
    pub columns: Vec<String>,
    /// The declared type of each column.
    types: Vec<String>,
    /// The column that is the row's number.
    pub number: Option<usize>,
}

impl Table {
    /// Whether these are columns as a row of this table has them.
    fn takes(&self, columns: &[Stored]) -> bool {
        let fits = |(kind, stored): (&String, &Stored)| match stored {
            Stored::Null => true,
            Stored::Int(_) => kind == "INTEGER" || kind == "REAL",
            Stored::Real(_) => kind == "REAL",
            Stored::Text(_) => kind == "TEXT",
            Stored::Blob(_) => kind == "BLOB",
        };
        columns.len() == self.columns.len() && self.types.iter().zip(columns).all(fits)
    }
}

pub(super) async fn run(connection: &mut SqliteConnection, sql: &str) -> sqlx::Result<()> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

pub(super) async fn tables(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Table>> {
    let list: Vec<(String, bool)> = sqlx::query_as(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
         AND name <> 'sqlite_schema' ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut tables = Vec::new();
    for (name, keyed) in list {
        let columns: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid")
                .bind(&name)
                .fetch_all(&mut *connection)
                .await?;
        let keys = columns.iter().filter(|column| column.2 > 0).count();
        let number = columns
            .iter()
            .position(|(_, kind, key)| !keyed && *key == 1 && keys == 1 && kind == "INTEGER");
        let columns = columns.into_iter().map(|(name, kind, _)| (name, kind));
        let (columns, types) = columns.unzip();
        tables.push(Table {
            name,
            keyed,
            columns,
            types,
            number,
        });
    }
    Ok(tables)
}

/// Root pages of tables and indexes by name.
type Roots = BTreeMap<String, (Sort, u32)>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Table,
    /// Holds no row that its table does not, but its pages must not be taken for those of a table.
    Index,
}

/// The tables and indexes of the damaged file. Roots are as its schema says; where that cannot be read, as the same schema
/// has them in a new file or in a copy (with incremental vacuum, roots are the file's first pages in order of creation);
/// and where the pointer map says otherwise, whichever fits the rows.
pub(super) async fn trees(
    pages: &mut Pages,
    connection: &mut SqliteConnection,
    into: &Path,
    tables: &[Table],
    remarks: &mut Vec<String>,
) -> sqlx::Result<Vec<Tree>> {
    let read = schema_of(pages);
    let is_known = |table: &Table| {
        let read = read.get(&table.name);
        read.is_some_and(|read| read.0 == Sort::Table)
    };
    let mut candidates = Vec::new();
    if tables.iter().all(is_known) {
        candidates = others(pages, &read, &roots_of(connection).await?);
        if candidates.is_empty() {
            return Ok(trees_at(&read, tables));
        }
        remarks.push("The file's list of tables names a wrong page: the tables were looked for by their rows.".into());
    } else {
        remarks.push(
            "The file's own list of tables cannot be read; the tables were looked for where they are in a new file.".into(),
        );
        for mut roots in [
            roots_of(connection).await?,
            roots_of_copy(connection, into).await?,
        ] {
            roots.extend(read.clone());
            candidates.push(roots);
        }
    }
    let mut best = (0, Vec::new());
    for roots in candidates {
        let trees = trees_at(&roots, tables);
        let good = good_rows(pages, &trees, tables);
        if good >= best.0 {
            best = (good, trees);
        }
    }
    Ok(best.1)
}

fn trees_at(roots: &Roots, tables: &[Table]) -> Vec<Tree> {
    let tree = |name: &String, sort: Sort, keyed: bool| {
        let (_, root) = roots.get(name).filter(|found| found.0 == sort)?;
        Some(Tree {
            name: name.clone(),
            root: *root,
            keyed,
        })
    };
    let indexes = roots.keys();
    let indexes = indexes.filter_map(|name| tree(name, Sort::Index, true));
    let tables = tables.iter();
    let tables = tables.filter_map(|table| tree(&table.name, Sort::Table, table.keyed));
    tables.chain(indexes).collect()
}

/// What the schema may have said before a root in it was damaged; nothing when it looks sound. Most likely is the last:
/// one that a new file has too.
fn others(pages: &mut Pages, read: &Roots, fresh: &Roots) -> Vec<Roots> {
    let mut claims: BTreeMap<u32, Vec<&String>> = BTreeMap::new();
    for (name, (_, root)) in read {
        claims.entry(*root).or_default().push(name);
    }
    let mut doubtful = Vec::new();
    for (root, names) in &claims {
        if names.len() > 1 || claim(pages, *root) == Claim::Wrong {
            doubtful.extend(names.iter().copied().take(TRIED_MAX));
        }
    }
    if doubtful.is_empty() {
        return Vec::new();
    }
    let named: BTreeSet<u32> = claims.keys().copied().collect();
    let last = read.len() as u32 + ROOTS_BEHIND;
    let mut unnamed = Vec::new();
    for number in (3..=last).filter(|number| !named.contains(number)) {
        if claim(pages, number) == Claim::Sound {
            unnamed.push(number);
        }
    }
    let mut others = Vec::new();
    for name in doubtful.into_iter().take(TRIED_MAX) {
        for root in unnamed.iter().copied().take(TRIED_MAX) {
            let mut roots = read.clone();
            if let Some(changed) = roots.get_mut(name) {
                changed.1 = root;
            }
            let is_fresh = fresh.get(name).is_some_and(|fresh| fresh.1 == root);
            let at = if is_fresh { others.len() } else { 0 };
            others.insert(at, roots);
        }
    }
    others
}

async fn roots_of(connection: &mut SqliteConnection) -> sqlx::Result<Roots> {
    let sql = "SELECT name, type, rootpage FROM sqlite_schema";
    let roots: Vec<(String, String, u32)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let roots = roots.into_iter();
    let roots = roots.filter_map(|(name, sort, root)| Some((name, (sort_of(&sort)?, root))));
    Ok(roots.collect())
}

async fn roots_of_copy(connection: &mut SqliteConnection, into: &Path) -> sqlx::Result<Roots> {
    let copy = into.join("roots");
    let name = copy.display().to_string().replace('\'', "''");
    run(connection, &format!("VACUUM INTO '{name}'")).await?;
    let options = SqliteConnectOptions::new().filename(&copy);
    let mut copied = options.connect().await?;
    let roots = roots_of(&mut copied).await;
    copied.close().await?;
    std::fs::remove_file(&copy).map_err(sqlx::Error::Io)?;
    roots
}

fn sort_of(name: &str) -> Option<Sort> {
    match name {
        "table" => Some(Sort::Table),
        "index" => Some(Sort::Index),
        _ => None,
    }
}

fn schema_of(pages: &mut Pages) -> Roots {
    let schema = Tree {
        name: "sqlite_schema".into(),
        root: 1,
        keyed: false,
    };
    let owners = Owners::find(pages, std::slice::from_ref(&schema));
    let mut roots = Roots::new();
    for number in owners.of(&schema) {
        for (_, columns) in page::rows(pages, *number).0 {
            if let [
                Stored::Text(sort),
                Stored::Text(name),
                _,
                Stored::Int(root),
                ..,
            ] = &columns[..]
                && let Some(sort) = sort_of(sort)
                && let Ok(root) = u32::try_from(*root)
            {
                roots.insert(name.clone(), (sort, root));
            }
        }
    }
    roots
}

/// How many rows of a few pages of each tree look like rows of its table.
fn good_rows(pages: &mut Pages, trees: &[Tree], tables: &[Table]) -> usize {
    let owners = Owners::find(pages, trees);
    let mut good = 0;
    for tree in trees {
        let Some(table) = tables.iter().find(|table| table.name == tree.name) else {
            continue;
        };
        for number in owners.of(tree).iter().take(16) {
            let rows = page::rows(pages, *number).0;
            let fits = |row: &&page::Row| table.takes(&row.1);
            good += rows.iter().filter(fits).count();
        }
    }
    good
}
