//! Reads a model file and refuses everything that is not a small, fixed-shape graph of the operators we write.
//!
//! The runtime trusts its input more than a file from outside deserves: names that nothing produces, odd data types or
//! doubling shapes make it panic or exhaust memory. So the shapes of all values are computed here first, and only a
//! graph that is understood completely goes on.

use std::collections::HashMap;

use prost::Message;

use super::{
    names::{EXPECTED, INPUT, SCORE, SHARE},
    proto::*,
};
use crate::Error;

/// Upper bounds for a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file, bytes.
    pub bytes: usize,
    /// Nodes and initializers, each.
    pub nodes: usize,
    /// Elements of one value.
    pub elements: usize,
    /// Elements of all values together.
    pub total_elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 16 << 20,
            nodes: 1_000,
            elements: 1 << 18,
            total_elements: 1 << 22,
        }
    }
}

/// What the file says about itself in its metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// The model's id.
    pub id: String,
    /// Names of the inputs, in the order of a row.
    pub inputs: Vec<String>,
    /// One sigma of each input's residual, input units.
    pub sigma: Vec<f64>,
    /// Squared prediction error at which the score is 0.5.
    pub threshold: f64,
    /// What it was trained on.
    pub trained_on: String,
    /// Seed of the training data.
    pub seed: u64,
    /// Expected false alarms a day of running.
    pub false_alarms_per_day: f64,
    /// For this long after a start, seconds, the model must abstain.
    pub settle_s: f64,
}

/// A model that may be run.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it says about itself.
    pub metadata: Metadata,
    /// The graph, encoded again from what was understood: hand this to the runtime, never the file.
    pub bytes: Vec<u8>,
}

/// Checks the bytes of a model file.
///
/// # Errors
/// [`Error::Model`] with the reason: too large, unreadable, external data, dynamic shapes, an operator outside the list,
/// metadata missing or at odds with the graph.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<Checked, Error> {
    if bytes.len() > limits.bytes {
        return refuse(format!(
            "the file has {} bytes, the limit is {}",
            bytes.len(),
            limits.bytes
        ));
    }
    let mut model = ModelProto::decode(bytes)
        .map_err(|fault| Error::Model(format!("not an ONNX file ({fault})")))?;
    match model.opset_import.as_slice() {
        [only] if only.domain.is_empty() && (13..=17).contains(&only.version) => {}
        _ => {
            return refuse(
                "it must import the standard operator set once, version 13 to 17".to_owned(),
            );
        }
    }
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| Error::Model("it has no graph".to_owned()))?;
    let metadata = Metadata::read(&model.metadata_props)?;
    Graph::new(graph, limits)?.check_io(graph, metadata.inputs.len())?;
    // A node's own name is free text; the runtime wants it unique, which the output's name is known to be.
    for node in model.graph.iter_mut().flat_map(|graph| &mut graph.node) {
        node.name = node.output.concat();
    }
    Ok(Checked {
        metadata,
        bytes: model.encode_to_vec(),
    })
}

fn refuse<T>(reason: String) -> Result<T, Error> {
    Err(Error::Model(reason))
}

impl Metadata {
    fn read(props: &[StringStringEntryProto]) -> Result<Self, Error> {
        let text = |key: &str| {
            let found = props
                .iter()
                .find(|p| p.key == key)
                .map(|p| p.value.as_str());
            found.ok_or_else(|| Error::Model(format!("its metadata has no `{key}`")))
        };
        fn read<'a, T: serde::Deserialize<'a>>(key: &str, text: &'a str) -> Result<T, Error> {
            serde_json::from_str(text)
                .map_err(|fault| Error::Model(format!("its metadata `{key}`: {fault}")))
        }
        let metadata = Metadata {
            id: text("id")?.to_owned(),
            inputs: read("inputs", text("inputs")?)?,
            sigma: read("sigma", text("sigma")?)?,
            threshold: read("threshold", text("threshold")?)?,
            trained_on: text("trained_on")?.to_owned(),
            seed: read("seed", text("seed")?)?,
            false_alarms_per_day: read("false_alarms_per_day", text("false_alarms_per_day")?)?,
            settle_s: read("settle_s", text("settle_s")?)?,
        };
        if metadata.inputs.is_empty() || metadata.sigma.len() != metadata.inputs.len() {
            let (inputs, sigma) = (metadata.inputs.len(), metadata.sigma.len());
            return refuse(format!(
                "its metadata names {inputs} inputs and {sigma} sigmas"
            ));
        }
        Ok(metadata)
    }
}

/// The shape of a value: one or two dimensions, none of them zero.
type Shape = Vec<usize>;

#[derive(Clone, Debug)]
enum Known {
    Floats(Shape),
    /// A constant list of whole numbers (indices, axes).
    Ints(Vec<i64>),
}

struct Graph<'a> {
    known: HashMap<&'a str, Known>,
    total: usize,
    limits: &'a Limits,
}

impl<'a> Graph<'a> {
    fn new(graph: &'a GraphProto, limits: &'a Limits) -> Result<Self, Error> {
        if graph.node.len() > limits.nodes || graph.initializer.len() > limits.nodes {
            return refuse(format!("more than {} nodes or constants", limits.nodes));
        }
        let mut this = Graph {
            known: HashMap::new(),
            total: 0,
            limits,
        };
        let [input] = graph.input.as_slice() else {
            return refuse(format!("it has {} inputs, not one", graph.input.len()));
        };
        this.learn(&input.name, Known::Floats(declared_shape(input)?))?;
        for tensor in &graph.initializer {
            this.learn(&tensor.name, read_tensor(tensor)?)?;
        }
        for node in &graph.node {
            let [output] = node.output.as_slice() else {
                return refuse(format!(
                    "node `{}` has {} outputs, not one",
                    node.name,
                    node.output.len()
                ));
            };
            let shape = this
                .infer(node)
                .map_err(|reason| Error::Model(format!("node `{output}`: {reason}")))?;
            this.learn(output, Known::Floats(shape))?;
        }
        Ok(this)
    }

    fn learn(&mut self, name: &'a str, known: Known) -> Result<(), Error> {
        let elements = match &known {
            Known::Floats(shape) => shape
                .iter()
                .try_fold(1usize, |all, &d| all.checked_mul(d))
                .unwrap_or(usize::MAX),
            Known::Ints(values) => values.len(),
        };
        self.total = self.total.saturating_add(elements);
        if elements > self.limits.elements || self.total > self.limits.total_elements {
            return refuse(format!("`{name}` is too large ({elements} elements)"));
        }
        if name.is_empty() || self.known.insert(name, known).is_some() {
            return refuse(format!("the name `{name}` is empty or used twice"));
        }
        Ok(())
    }

    fn check_io(&self, graph: &GraphProto, inputs: usize) -> Result<(), Error> {
        let names: Vec<&str> = graph
            .output
            .iter()
            .map(|output| output.name.as_str())
            .collect();
        if names != [SCORE, EXPECTED, SHARE] || graph.input.iter().any(|input| input.name != INPUT)
        {
            return refuse(format!(
                "its interface must be {INPUT} -> {SCORE}, {EXPECTED}, {SHARE}; it gives {names:?}"
            ));
        }
        for (value, want) in graph.input.iter().chain(&graph.output).zip([
            vec![1, inputs],
            vec![1],
            vec![1, inputs],
            vec![1, inputs],
        ]) {
            let inferred = self.floats(&value.name).map_err(Error::Model)?;
            if declared_shape(value)? != want || *inferred != want {
                return refuse(format!(
                    "`{}` has shape {inferred:?}, the metadata asks for {want:?}",
                    value.name
                ));
            }
        }
        Ok(())
    }

    fn floats(&self, name: &str) -> Result<&Shape, String> {
        match self.known.get(name) {
            Some(Known::Floats(shape)) => Ok(shape),
            Some(Known::Ints(_)) => Err(format!("`{name}` must hold numbers with a fraction")),
            None => Err(format!("`{name}` is not known before it is used")),
        }
    }

    fn ints(&self, name: &str) -> Result<&[i64], String> {
        match self.known.get(name) {
            Some(Known::Ints(values)) => Ok(values),
            _ => Err(format!("`{name}` must be a constant list of whole numbers")),
        }
    }

    /// The shape of a node's output.
    fn infer(&self, node: &NodeProto) -> Result<Shape, String> {
        if !node.domain.is_empty() {
            return Err(format!(
                "operators of the domain `{}` are not run",
                node.domain
            ));
        }
        let inputs: Vec<&str> = node.input.iter().map(String::as_str).collect();
        match (node.op_type.as_str(), inputs.as_slice()) {
            ("Add" | "Sub" | "Mul" | "Div" | "Max" | "Min", &[a, b]) => {
                attributes(node, &[])?;
                broadcast(self.floats(a)?, self.floats(b)?)
            }
            ("MatMul", &[a, b]) => {
                attributes(node, &[])?;
                match (self.floats(a)?.as_slice(), self.floats(b)?.as_slice()) {
                    (&[rows, inner], &[same, columns]) if inner == same => Ok(vec![rows, columns]),
                    (a, b) => Err(format!("shapes {a:?} and {b:?} cannot be multiplied")),
                }
            }
            ("Concat", &[a, b]) => {
                attributes(node, &[("axis", &[1])])?;
                match (self.floats(a)?.as_slice(), self.floats(b)?.as_slice()) {
                    (&[1, left], &[1, right]) => Ok(vec![1, left + right]),
                    (a, b) => Err(format!("shapes {a:?} and {b:?} cannot be joined")),
                }
            }
            ("Gather", &[data, indices]) => {
                attributes(node, &[("axis", &[1])])?;
                let indices = self.ints(indices)?;
                match self.floats(data)?.as_slice() {
                    &[1, n]
                        if indices
                            .iter()
                            .all(|&i| usize::try_from(i).is_ok_and(|i| i < n)) =>
                    {
                        Ok(vec![1, indices.len()])
                    }
                    shape => Err(format!("indices outside the shape {shape:?}")),
                }
            }
            ("ReduceMean", &[data]) => {
                let keep = attributes(node, &[("axes", &[1]), ("keepdims", &[0, 1])])?;
                reduce(self.floats(data)?, keep)
            }
            ("ReduceSum", &[data, axes]) => {
                let keep = attributes(node, &[("keepdims", &[0, 1])])?;
                if self.ints(axes)? != [1] {
                    return Err("only sums along a row are run".to_owned());
                }
                reduce(self.floats(data)?, keep)
            }
            (op, inputs) => Err(format!(
                "operator `{op}` with {} inputs is not run here",
                inputs.len()
            )),
        }
    }
}

/// Checks that a node has exactly the attributes listed, each one whole number among those allowed. Returns the last one's value.
fn attributes(node: &NodeProto, allowed: &[(&str, &[i64])]) -> Result<i64, String> {
    if node.attribute.len() != allowed.len() {
        return Err(format!(
            "`{}` must have {} attributes",
            node.op_type,
            allowed.len()
        ));
    }
    let mut last = 0;
    for (attribute, (name, values)) in node.attribute.iter().zip(allowed) {
        let value = match (attribute.r#type, attribute.i, attribute.ints.as_slice()) {
            (ATTRIBUTE_INT, Some(i), []) if *name != "axes" => i,
            (ATTRIBUTE_INTS, None, &[i]) if *name == "axes" => i,
            _ => {
                return Err(format!(
                    "attribute `{}` is not one whole number",
                    attribute.name
                ));
            }
        };
        if attribute.name != *name || !values.contains(&value) {
            return Err(format!(
                "attribute `{}` = {value} is not run here",
                attribute.name
            ));
        }
        last = value;
    }
    Ok(last)
}

fn broadcast(a: &[usize], b: &[usize]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    // ONNX aligns shapes at their last dimension.
    let dim = |shape: &[usize], i: usize| {
        (i + shape.len())
            .checked_sub(rank)
            .map_or(1, |at| shape[at])
    };
    (0..rank)
        .map(|i| match (dim(a, i), dim(b, i)) {
            (x, y) if x == y || y == 1 => Ok(x),
            (1, y) => Ok(y),
            _ => Err(format!("shapes {a:?} and {b:?} do not fit")),
        })
        .collect()
}

fn reduce(shape: &[usize], keep: i64) -> Result<Shape, String> {
    match *shape {
        [rows, _] if keep == 0 => Ok(vec![rows]),
        [rows, _] => Ok(vec![rows, 1]),
        _ => Err(format!("shape {shape:?} has no rows to sum")),
    }
}

fn declared_shape(value: &ValueInfoProto) -> Result<Shape, Error> {
    let tensor = value.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let tensor = tensor.ok_or_else(|| Error::Model(format!("`{}` is not a tensor", value.name)))?;
    if tensor.elem_type != FLOAT {
        return refuse(format!("`{}` is not single precision", value.name));
    }
    let dims = tensor
        .shape
        .as_ref()
        .map(|shape| shape.dim.as_slice())
        .unwrap_or_default();
    let dims: Option<Vec<i64>> = dims
        .iter()
        .map(|d| {
            if d.dim_param.is_some() {
                None
            } else {
                d.dim_value
            }
        })
        .collect();
    let dims = dims.ok_or_else(|| Error::Model(format!("`{}` has a dynamic shape", value.name)))?;
    shape_of(&value.name, &dims)
}

fn shape_of(name: &str, dims: &[i64]) -> Result<Shape, Error> {
    let shape: Shape = dims
        .iter()
        .filter_map(|&d| usize::try_from(d).ok().filter(|&d| d > 0))
        .collect();
    if shape.len() != dims.len() || !(1..=2).contains(&dims.len()) {
        return refuse(format!(
            "`{name}` has the shape {dims:?}; one or two dimensions above zero are run here"
        ));
    }
    Ok(shape)
}

fn read_tensor(tensor: &TensorProto) -> Result<Known, Error> {
    let name = &tensor.name;
    if tensor.data_location != 0 || !tensor.external_data.is_empty() {
        return refuse(format!(
            "constant `{name}` lies outside the file; only whole models are read"
        ));
    }
    let shape = shape_of(name, &tensor.dims)?;
    let elements = shape.iter().try_fold(1usize, |all, &d| all.checked_mul(d));
    let width = match tensor.data_type {
        FLOAT => 4,
        INT64 if shape.len() == 1 => 8,
        other => return refuse(format!("constant `{name}` has the data type {other}")),
    };
    if elements.and_then(|e| e.checked_mul(width)) != Some(tensor.raw_data.len()) {
        return refuse(format!(
            "constant `{name}` has {} bytes for the shape {shape:?}",
            tensor.raw_data.len()
        ));
    }
    if width == 4 {
        let finite = tensor
            .raw_data
            .as_chunks()
            .0
            .iter()
            .all(|raw| f32::from_le_bytes(*raw).is_finite());
        return if finite {
            Ok(Known::Floats(shape))
        } else {
            refuse(format!("constant `{name}` is not finite"))
        };
    }
    Ok(Known::Ints(
        tensor
            .raw_data
            .as_chunks()
            .0
            .iter()
            .map(|raw| i64::from_le_bytes(*raw))
            .collect(),
    ))
}
