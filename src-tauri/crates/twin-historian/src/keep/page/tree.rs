//! Which pages belong to which tree: by walking down from the roots, and where the way down is broken, by the pointer
//! map, in which every page names the page above it.

use std::collections::{HashMap, HashSet};

use super::{
    cell,
    number::{PAGE, u32_at},
    pages::Pages,
    record::Row,
};

/// A tree by its root page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub name: String,
    pub root: u32,
    /// Without row numbers: entries are kept as in an index.
    pub keyed: bool,
}

/// The page that no database uses: the one with byte 2^30.
const LOCK_PAGE: u32 = (1 << 30) / PAGE as u32 + 1;
/// Pages that one page of the pointer map speaks of, and itself.
const MAPPED: u32 = PAGE as u32 / 5 + 1;
/// The pointer map's names for the root of a tree, a free page, and a page of a tree that is no root.
const ROOT: u8 = 1;
const FREE: u8 = 2;
const BELOW: u8 = 5;
/// Deeper no tree can be.
const DEPTH_MAX: u32 = 40;

/// The pages with rows of every tree.
pub(crate) struct Owners {
    pages: HashMap<String, Vec<u32>>,
    /// How many pages of a tree are none that a tree has.
    broken: HashMap<String, u64>,
}

impl Owners {
    pub(crate) fn find(pages: &mut Pages, trees: &[Tree]) -> Owners {
        let mut owners = Owners {
            pages: HashMap::new(),
            broken: HashMap::new(),
        };
        let mut seen = HashSet::new();
        let roots: HashMap<u32, &Tree> = trees.iter().map(|tree| (tree.root, tree)).collect();
        for tree in trees {
            owners.walk_down(pages, tree, &roots, &mut seen);
        }
        for number in 2..=pages.count() {
            if !seen.contains(&number)
                && let Some(tree) = walk_up(pages, number, &roots)
            {
                owners.take(pages, number, tree);
            }
        }
        owners
    }

    fn walk_down(
        &mut self,
        pages: &mut Pages,
        tree: &Tree,
        roots: &HashMap<u32, &Tree>,
        seen: &mut HashSet<u32>,
    ) {
        let mut next = vec![(tree.root, 0)];
        while let Some((number, depth)) = next.pop() {
            if depth > DEPTH_MAX || !seen.insert(number) {
                continue;
            }
            self.take(pages, number, tree);
            let Some(page) = pages.read(number) else {
                continue;
            };
            if let Some(head) = cell::head(number, &page).filter(|head| fits(head, tree)) {
                let mut below = head.children(&page);
                below.retain(|child| !is_elsewhere(pages, *child, number, roots));
                next.extend(below.into_iter().map(|child| (child, depth + 1)));
            }
        }
    }

    fn take(&mut self, pages: &mut Pages, number: u32, tree: &Tree) {
        let Some(page) = pages.read(number) else {
            return;
        };
        match cell::head(number, &page).filter(|head| fits(head, tree)) {
            None => *self.broken.entry(tree.name.clone()).or_default() += 1,
            Some(head) if head.sort == cell::Sort::TableInner => {}
            Some(_) => self
                .pages
                .entry(tree.name.clone())
                .or_default()
                .push(number),
        }
    }

    /// How many pages of a tree cannot be read at all.
    pub(crate) fn broken(&self, tree: &Tree) -> u64 {
        self.broken.get(&tree.name).copied().unwrap_or(0)
    }

    /// The pages with rows of a tree.
    pub(crate) fn of(&self, tree: &Tree) -> &[u32] {
        self.pages.get(&tree.name).map_or(&[], Vec::as_slice)
    }
}

/// Rows of one page, and how many cells of it could not be read.
pub(crate) fn rows(pages: &mut Pages, number: u32) -> (Vec<Row>, u64) {
    let Some(page) = pages.read(number) else {
        return (Vec::new(), 0);
    };
    cell::head(number, &page).map_or((Vec::new(), 0), |head| head.rows(pages, &page))
}

const fn fits(head: &cell::Head, tree: &Tree) -> bool {
    use cell::Sort::{IndexInner, IndexLeaf, TableInner, TableLeaf};
    match head.sort {
        TableLeaf | TableInner => !tree.keyed,
        IndexLeaf | IndexInner => tree.keyed,
    }
}

/// What the pointer map says of a page that is said to be a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is one.
    Sound,
    /// It is not, or one byte of the map is damaged.
    Unlike,
    /// It is another page. One damaged byte cannot make an entry like that of the entry of a root.
    Wrong,
}

/// Judges a page that is said to be a root.
pub(crate) fn claim(pages: &mut Pages, number: u32) -> Claim {
    match mapped(pages, number) {
        Some((ROOT, 0)) => Claim::Sound,
        Some((ROOT, _) | (_, 0)) => Claim::Unlike,
        _ => Claim::Wrong,
    }
}

/// Whether a page that `above` names as one below it belongs elsewhere, for a damaged way down can lead anywhere. The
/// pointer map can be damaged too: it alone takes no page from a tree, but with the page that it names as the one above.
fn is_elsewhere(pages: &mut Pages, number: u32, above: u32, roots: &HashMap<u32, &Tree>) -> bool {
    if roots.contains_key(&number) || map_of(number).is_none() {
        return true;
    }
    match mapped(pages, number) {
        Some((BELOW, other)) => other != above && names(pages, other, number),
        // Only these have nothing above them: one damaged byte cannot make an entry like that of another.
        Some((ROOT | FREE, 0)) => true,
        _ => false,
    }
}

/// Whether a page names another as one below it.
fn names(pages: &mut Pages, above: u32, number: u32) -> bool {
    let page = pages.read(above);
    let below = page.and_then(|page| Some(cell::head(above, &page)?.children(&page)));
    below.is_some_and(|below| below.contains(&number))
}

/// The tree above a page, by the pointer map.
fn walk_up<'a>(pages: &mut Pages, number: u32, roots: &HashMap<u32, &'a Tree>) -> Option<&'a Tree> {
    let mut at = number;
    for _ in 0..DEPTH_MAX {
        if let Some(tree) = roots.get(&at) {
            return Some(tree);
        }
        let (sort, above) = mapped(pages, at)?;
        if sort != BELOW {
            return None;
        }
        at = above;
    }
    None
}

/// What the pointer map says of a page.
fn mapped(pages: &mut Pages, number: u32) -> Option<(u8, u32)> {
    let map = map_of(number)?;
    let page = pages.read(map)?;
    let at = (number - map - 1) as usize * 5;
    Some((*page.get(at)?, u32_at(&page, at + 1)?))
}

/// The page of the pointer map that speaks of a page; none for the first page, the pointer map itself, and the one that
/// is not used.
fn map_of(number: u32) -> Option<u32> {
    if number < 3 || number == LOCK_PAGE {
        return None;
    }
    let mut map = (number - 2) / MAPPED * MAPPED + 2;
    if map == LOCK_PAGE {
        map += 1;
    }
    (number > map).then_some(map)
}

#[cfg(test)]
mod tests;
