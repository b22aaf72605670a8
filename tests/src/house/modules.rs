//! Modules inside a crate import one way: no circle between the modules of one folder, at any depth.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::rust::{Code, test_modules};

/// A module's path inside its crate; empty for the root.
type Module = Vec<String>;

/// How many re-exports are followed before a name is given up: a chain longer than this is a circle of its own.
const REEXPORTS_MAX: usize = 8;

/// A crate's modules: what each brings in by name, and what each names.
struct Crate {
    modules: BTreeSet<Module>,
    imports: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
    named: Vec<(Module, String, Vec<Vec<String>>)>,
}

/// Circles between modules of the crate whose source folder is `folder` (`src-tauri/crates/twin-core/src`).
///
/// The root and every `mod.rs` may name their children and be named by them: only modules side by side are compared.
/// A name that reaches a module only through a glob (`pub use part::*`) is counted for the module with the glob.
#[must_use]
pub fn circles(folder: &str, sources: &[Source]) -> Vec<String> {
    let room = Crate::read(folder, sources);
    // For each parent: from which child to which other, and the file and path that say so.
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
    for (module, file, paths) in &room.named {
        for path in paths {
            let Some(target) = room.resolve(module, path) else {
                continue;
            };
            let common = module
                .iter()
                .zip(&target)
                .take_while(|(one, other)| one == other)
                .count();
            if let (Some(from), Some(to)) = (module.get(common), target.get(common)) {
                let proof = format!("{file} names {}", path.join("::"));
                let outgoing = arrows
                    .entry(module[..common].to_vec())
                    .or_default()
                    .entry(from.clone())
                    .or_default();
                outgoing.entry(to.clone()).or_insert(proof);
            }
        }
    }
    arrows
        .values()
        .filter_map(find_circle)
        .map(|circle| format!("{folder}: {circle}"))
        .collect()
}

impl Crate {
    fn read(folder: &str, sources: &[Source]) -> Self {
        let hidden = test_modules(sources);
        let mut room = Self {
            modules: BTreeSet::new(),
            imports: BTreeMap::new(),
            named: Vec::new(),
        };
        for source in sources
            .iter()
            .filter(|source| !hidden.contains(&source.path))
        {
            let Some(module) = module_of(folder, &source.path) else {
                continue;
            };
            let code = Code::read(&source.text);
            let imports = room.imports.entry(module.clone()).or_default();
            imports.extend(
                code.imports()
                    .into_iter()
                    .map(|import| (import.name, import.path)),
            );
            room.named
                .push((module.clone(), source.path.clone(), code.paths()));
            room.modules.insert(module);
        }
        room
    }

    /// The module that a path written in `module` leads to; nothing for a path out of the crate.
    fn resolve(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut whole = self.absolute(module, path)?;
        for _ in 0..REEXPORTS_MAX {
            let length = (0..=whole.len())
                .rev()
                .find(|length| self.modules.contains(&whole[..*length]))?;
            let (found, rest) = whole.split_at(length);
            // The name may only pass through here, on its way from the module that has it.
            let source = rest
                .first()
                .filter(|name| *name != "*")
                .and_then(|name| self.imports.get(found).and_then(|names| names.get(name)));
            let Some(next) = source.and_then(|source| self.absolute(&found.to_vec(), source))
            else {
                return Some(found.to_vec());
            };
            whole = next.into_iter().chain(rest[1..].iter().cloned()).collect();
        }
        None
    }

    /// A path counted from the crate's root.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Module> {
        let first = path.first()?;
        let mut base = module.clone();
        let mut rest = path;
        match first.as_str() {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            child => {
                base.push(child.to_owned());
                if !self.modules.contains(&base) {
                    return None;
                }
                rest = &rest[1..];
            }
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }
}

/// Which module a file is; nothing for another crate's file and for binaries, which are crates of their own.
fn module_of(folder: &str, path: &str) -> Option<Module> {
    let inside = path
        .strip_prefix(folder)?
        .strip_prefix('/')?
        .strip_suffix(".rs")?;
    let mut parts: Module = inside.split('/').map(str::to_owned).collect();
    if parts.first().is_some_and(|first| first == "bin") {
        return None;
    }
    if parts.last().is_some_and(|last| last == "mod") || matches!(inside, "lib" | "main") {
        parts.pop();
    }
    Some(parts)
}

/// One circle among the arrows of one folder, in words.
fn find_circle(arrows: &BTreeMap<String, BTreeMap<String, String>>) -> Option<String> {
    let mut done = BTreeSet::new();
    arrows
        .keys()
        .find_map(|start| walk(start, arrows, &mut Vec::new(), &mut done))
}

fn walk<'a>(
    at: &'a str,
    arrows: &'a BTreeMap<String, BTreeMap<String, String>>,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<String> {
    if let Some(begin) = way.iter().position(|seen| *seen == at) {
        let circle: Vec<&str> = way[begin..].iter().copied().chain([at]).collect();
        let proofs = circle
            .windows(2)
            .filter_map(|pair| arrows.get(pair[0])?.get(pair[1]).cloned());
        return Some(format!(
            "{} ({})",
            circle.join(" -> "),
            proofs.collect::<Vec<_>>().join("; ")
        ));
    }
    if !done.insert(at) {
        return None;
    }
    way.push(at);
    let found = arrows
        .get(at)
        .into_iter()
        .flat_map(BTreeMap::keys)
        .find_map(|next| walk(next, arrows, way, done));
    way.pop();
    found
}
