//! Rules that need more than one element: names that repeat, depths, counts, what stands in what.

use std::collections::{HashMap, HashSet};

use super::{
    element::{Element, To},
    graph::Graph,
    inherit::Inherited,
    lang::{Class, Version},
};
use crate::twin_file::{
    Collector, Rule,
    json::{Kind, View, shown},
};

/// Properties whose values count as elements of an Interface.
const COUNTED: &[&str] = &[
    "contents",
    "fields",
    "enumValues",
    "request",
    "response",
    "properties",
    "schema",
    "elementSchema",
    "mapValue",
];

/// Checks everything.
pub(super) fn check(graph: &Graph<'_, '_>, inherited: &Inherited, faults: &Collector) {
    graph.refuse_loops(faults);
    for (index, element) in (0u32..).zip(graph.elements) {
        for term in ["fields", "enumValues", "properties"] {
            unique_names(graph, graph.linked(index, term), faults);
            limit(element, term, element.linked(term).count(), faults);
        }
        quantity(element, faults);
    }
    for (index, element) in graph.of(Class::Enum) {
        enumeration(graph, index, element, faults);
    }
    extends(graph, inherited, faults);
    contents(graph, inherited, faults);
    schema_depth(graph, faults);
    components(graph, inherited, faults);
    places_in_properties(graph, faults);
    hierarchy(graph, faults);
    sizes(graph, faults);
}

fn unique_names(graph: &Graph<'_, '_>, members: impl Iterator<Item = u32>, faults: &Collector) {
    let mut seen = HashSet::new();
    for element in members.filter_map(|index| graph.element(index)) {
        let Some(name) = element.name else { continue };
        if !seen.insert(name) {
            name_twice(element.view, name, faults);
        }
    }
}

fn name_twice(at: View<'_>, name: &str, faults: &Collector) {
    let text = format!(
        "The name \"{}\" is there already. Choose another.",
        shown(name)
    );
    faults.add(at, Rule::NameUnique, text);
}

fn limit(element: &Element<'_>, term: &str, count: usize, faults: &Collector) {
    if let Some(most) = element.version.most(term)
        && count > most
    {
        let text = format!(
            "\"{term}\" has {count} elements, more than the {most} of {}. Leave some out, or use a later version.",
            element.version
        );
        faults.add(element.view, Rule::ElementLimit, text);
    }
}

fn quantity(element: &Element<'_>, faults: &Collector) {
    let Some(quantity) = element.quantity else {
        return;
    };
    for link in element.linked("schema") {
        let numeric = matches!(link.to, To::Primitive(schema) if schema.is_number());
        if !numeric {
            let text = format!(
                "{} needs a numeric schema such as \"double\".",
                quantity.name
            );
            faults.add(link.view, Rule::QuantitySchema, text);
        }
    }
}

fn enumeration(graph: &Graph<'_, '_>, index: u32, element: &Element<'_>, faults: &Collector) {
    let Some(schema) = element.value_schema else {
        return;
    };
    let mut seen = HashSet::new();
    let values = graph.linked(index, "enumValues");
    for value in values.filter_map(|value| graph.element(value)?.value) {
        let (fits, key) = match value.kind() {
            Kind::Text(text) => (schema.term() == "string", text.to_string()),
            _ => (
                schema.term() == "integer",
                value
                    .whole()
                    .map_or_else(String::new, |whole| whole.to_string()),
            ),
        };
        if !fits {
            let text = format!(
                "The values of this Enum are of \"{}\", but this is {}. Correct the value or valueSchema.",
                schema.term(),
                value.sort()
            );
            faults.add(value, Rule::EnumValueType, text);
        } else if !seen.insert(key) {
            faults.add(
                value,
                Rule::EnumValueUnique,
                "Another element of the Enum has this value. Choose another.",
            );
        }
    }
}

fn extends(graph: &Graph<'_, '_>, inherited: &Inherited, faults: &Collector) {
    let depth = graph.longest(|_| 0, |_, edge| (edge.link.term == "extends").then_some(1));
    for (index, element) in graph.of(Class::Interface) {
        let own = graph.linked(index, "extends");
        let told = own
            .map(|to| depth[to as usize])
            .any(|deep| deep > element.caps.extends_depth);
        if depth[index as usize] > element.caps.extends_depth && !told {
            let text = format!(
                "Interfaces extend one another {} deep here, and may {}. Put what is shared into fewer of them.",
                depth[index as usize], element.caps.extends_depth
            );
            faults.add(element.view, Rule::ExtendsDepth, text);
        }
        let links = |index: u32| graph.linked(index, "extends").count();
        limit(element, "extends", links(index), faults);
        let count = links(index)
            + inherited
                .ancestors(index)
                .iter()
                .map(|of| links(*of))
                .sum::<usize>();
        if element.version > Version::V2 && count > element.caps.extends_count {
            let text = format!(
                "The Interface extends {count} others, directly and through others, and may {}.",
                element.caps.extends_count
            );
            faults.add(element.view, Rule::ExtendsCount, text);
        }
    }
}

/// Names and number of contents, inherited ones included.
fn contents(graph: &Graph<'_, '_>, inherited: &Inherited, faults: &Collector) {
    let mut told: HashSet<(u32, u32)> = HashSet::new();
    for &index in inherited.order() {
        let Some(interface) = graph.element(index) else {
            continue;
        };
        let mut names: HashMap<&str, u32> = HashMap::new();
        let mut all = HashSet::new();
        for from in inherited.ancestors(index).iter().chain([&index]) {
            for content in graph.linked(*from, "contents") {
                if !all.insert(content) {
                    continue;
                }
                let Some(element) = graph.element(content) else {
                    continue;
                };
                let Some(name) = element.name else { continue };
                let first = *names.entry(name).or_insert(content);
                if first != content && told.insert((first, content)) {
                    let own = *from == index;
                    let at = if own { element.view } else { interface.view };
                    name_twice(at, name, faults);
                }
            }
            if !graph.step(all.len()) {
                return;
            }
        }
        limit(interface, "contents", all.len(), faults);
    }
}

fn schema_depth(graph: &Graph<'_, '_>, faults: &Collector) {
    let counted = |term: &str| matches!(term, "schema" | "elementSchema");
    let depth = graph.longest(
        |element| {
            let plain = element.links.iter().any(|link| {
                counted(link.term) && matches!(link.to, To::Primitive(_) | To::Units(_))
            });
            usize::from(plain)
        },
        |from, edge| {
            let class = graph.element(from)?.class?;
            is_schema(class).then(|| usize::from(counted(edge.link.term)))
        },
    );
    for (index, element) in graph.elements.iter().enumerate() {
        if element.class.is_some_and(is_schema) && depth[index] == element.caps.schema_depth + 1 {
            let field = matches!(element.class, Some(Class::Field | Class::MapValue));
            if field {
                continue;
            }
            let text = format!(
                "Schemas stand {} deep within one another here, and may {}. Make the model flatter.",
                depth[index], element.caps.schema_depth
            );
            faults.add(element.view, Rule::SchemaDepth, text);
        }
    }
}

fn is_schema(class: Class) -> bool {
    use Class::*;
    matches!(class, Array | Enum | Field | Map | MapValue | Object)
}

fn components(graph: &Graph<'_, '_>, inherited: &Inherited, faults: &Collector) {
    let has = |index: u32| {
        graph
            .linked(index, "contents")
            .filter_map(|content| graph.element(content))
            .any(|content| content.class == Some(Class::Component))
    };
    let own: HashMap<u32, bool> = graph
        .of(Class::Interface)
        .map(|(index, _)| (index, has(index)))
        .collect();
    let with = |index: &u32| own.get(index).copied().unwrap_or(false);
    for (index, element) in graph.of(Class::Component) {
        for interface in graph.linked(index, "schema") {
            if !graph.step(inherited.ancestors(interface).len()) {
                return;
            }
            if with(&interface) || inherited.ancestors(interface).iter().any(with) {
                let text = "The Interface of this Component has a Component itself, or inherits one. Use an Interface without.";
                faults.add(element.view, Rule::ComponentNested, text);
            }
        }
    }
}

/// DTDL v2: no Array and no place on earth in a Property.
fn places_in_properties(graph: &Graph<'_, '_>, faults: &Collector) {
    if graph
        .elements
        .iter()
        .all(|element| element.version != Version::V2)
    {
        return;
    }
    let refused = graph.longest(
        |element| {
            let place = |to: To<'_>| matches!(to, To::Primitive(schema) if schema.is_place());
            let array = element.class == Some(Class::Array);
            usize::from(array || element.links.iter().any(|link| place(link.to)))
        },
        |_, edge| {
            let follows =
                ["schema", "fields", "mapValue", "elementSchema"].contains(&edge.link.term);
            follows.then_some(0)
        },
    );
    for (index, element) in graph.of(Class::Property) {
        if element.version == Version::V2 && refused[index as usize] > 0 {
            let text = "A Property of DTDL v2 may hold no Array and no place on earth. Use Telemetry, or a later version.";
            faults.add(element.view, Rule::ArrayInProperty, text);
        }
    }
}

/// How many elements an Interface has. Looks closer only when all files together have too many.
fn hierarchy(graph: &Graph<'_, '_>, faults: &Collector) {
    let counted = |element: &Element<'_>| {
        let links = element.links.iter();
        links.filter(|link| COUNTED.contains(&link.term)).count()
    };
    let least = graph
        .elements
        .iter()
        .map(|element| element.caps.hierarchy)
        .min();
    let all: usize = graph.elements.iter().map(counted).sum();
    if least.is_none_or(|least| all <= least) {
        return;
    }
    for (index, interface) in graph.of(Class::Interface) {
        if interface.version == Version::V2 {
            continue;
        }
        let mut seen = HashSet::from([index]);
        let mut open = vec![index];
        let mut count = 0;
        while let Some(element) = open.pop().filter(|_| count <= interface.caps.hierarchy) {
            count += graph.element(element).map_or(0, counted);
            let edges = graph.edges(element);
            if !graph.step(edges.len() + 1) {
                return;
            }
            let followed = edges
                .iter()
                .filter(|edge| COUNTED.contains(&edge.link.term) || edge.link.term == "extends");
            open.extend(followed.map(|edge| edge.to).filter(|to| seen.insert(*to)));
        }
        if count > interface.caps.hierarchy {
            let text = format!(
                "The Interface has more than {} elements, inherited ones included. Split it.",
                interface.caps.hierarchy
            );
            faults.add(interface.view, Rule::HierarchyCount, text);
        }
    }
}

/// The text of each Interface, without those written inside it.
fn sizes(graph: &Graph<'_, '_>, faults: &Collector) {
    let mut inner: HashMap<u32, usize> = HashMap::new();
    for (_, element) in graph.of(Class::Interface) {
        if let Some(within) = element.within {
            *inner.entry(within).or_default() += element.view.bytes() as usize;
        }
    }
    for (index, element) in graph.of(Class::Interface) {
        let inner = inner.get(&index).copied().unwrap_or(0);
        let bytes = (element.view.bytes() as usize).saturating_sub(inner);
        if bytes > element.caps.interface_bytes {
            let text = format!(
                "The Interface is {bytes} bytes long, more than {}. Split it.",
                element.caps.interface_bytes
            );
            faults.add(element.view, Rule::InterfaceSize, text);
        }
    }
}
