//! A learned model as an ONNX graph: opset 17, fixed shapes, eleven plain operators.

use prost::Message;

use super::{
    names::{EXPECTED, INPUT, SCORE, SHARE},
    proto::*,
};
use crate::{
    card::ModelCard,
    residual::{RESIDUAL_LIMIT, ResidualModel, SHARE_FLOOR},
};

/// Opset of the operators written; ReduceMean still takes its axes as an attribute in it.
const OPSET: i64 = 17;
/// IR version that came with opset 17 (ONNX 1.12).
const IR_VERSION: i64 = 8;

/// The model as the bytes of an ONNX file. Equal models and cards give equal bytes.
pub fn write(model: &ResidualModel, card: &ModelCard) -> Vec<u8> {
    let graph = Builder::default().build(model, card.id.as_str());
    let props = [
        ("id", card.id.to_string()),
        (
            "inputs",
            json_list(
                model
                    .inputs
                    .iter()
                    .map(|name| serde_json::Value::from(name.as_str())),
            ),
        ),
        (
            "sigma",
            json_list(model.sigma().into_iter().map(serde_json::Value::from)),
        ),
        ("threshold", model.threshold.to_string()),
        ("trained_on", card.trained_on.clone()),
        ("seed", card.seed.to_string()),
        (
            "false_alarms_per_day",
            card.false_alarms_per_day.to_string(),
        ),
        ("settle_s", card.settle_s.to_string()),
    ];
    ModelProto {
        ir_version: IR_VERSION,
        producer_name: "twin-insight".to_owned(),
        doc_string: card.method.clone(),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: OPSET,
        }],
        metadata_props: props
            .into_iter()
            .map(|(key, value)| StringStringEntryProto {
                key: key.to_owned(),
                value,
            })
            .collect(),
    }
    .encode_to_vec()
}

fn json_list(values: impl Iterator<Item = serde_json::Value>) -> String {
    serde_json::Value::Array(values.collect()).to_string()
}

#[derive(Default)]
struct Builder {
    nodes: Vec<NodeProto>,
    initializers: Vec<TensorProto>,
}

impl Builder {
    fn build(mut self, model: &ResidualModel, name: &str) -> GraphProto {
        let n = model.width();
        self.constants(model);

        self.expected();
        self.error();

        GraphProto {
            node: self.nodes,
            name: name.to_owned(),
            initializer: self.initializers,
            input: vec![value(INPUT, &[1, n])],
            output: vec![
                value(SCORE, &[1]),
                value(EXPECTED, &[1, n]),
                value(SHARE, &[1, n]),
            ],
        }
    }

    /// From the row to the expected values.
    fn expected(&mut self) {
        self.node("Sub", &[INPUT, "mean"], "centred", &[]);
        self.node("Div", &["centred", "scale"], "z", &[]);
        self.node("Max", &["z", "low"], "z_above_low", &[]);
        self.node("Min", &["z_above_low", "high"], "clipped", &[]);
        self.node(
            "Gather",
            &["clipped", "left"],
            "left_factor",
            &[int("axis", 1)],
        );
        self.node(
            "Gather",
            &["clipped", "right"],
            "right_factor",
            &[int("axis", 1)],
        );
        self.node("Mul", &["left_factor", "right_factor"], "products", &[]);
        self.node(
            "Concat",
            &["clipped", "products"],
            "features",
            &[int("axis", 1)],
        );
        self.node("MatMul", &["features", "weights"], "weighted", &[]);
        self.node("Add", &["weighted", "bias"], "expected_z", &[]);
        self.node("Mul", &["expected_z", "scale"], "expected_centred", &[]);
        self.node("Add", &["expected_centred", "mean"], EXPECTED, &[]);
    }

    /// From row and expected values to score and shares.
    fn error(&mut self) {
        self.node("Sub", &["z", "expected_z"], "residual_z", &[]);
        self.node("Div", &["residual_z", "spread"], "residual_free", &[]);
        self.node(
            "Max",
            &["residual_free", "residual_low"],
            "residual_above_low",
            &[],
        );
        self.node(
            "Min",
            &["residual_above_low", "residual_high"],
            "residual",
            &[],
        );
        self.node("Mul", &["residual", "residual"], "squares", &[]);
        let axes = AttributeProto {
            name: "axes".into(),
            i: None,
            ints: vec![1],
            r#type: ATTRIBUTE_INTS,
        };
        self.node(
            "ReduceMean",
            &["squares"],
            "error",
            &[axes, int("keepdims", 0)],
        );
        self.node("Add", &["error", "threshold"], "error_plus_threshold", &[]);
        self.node("Div", &["error", "error_plus_threshold"], SCORE, &[]);

        self.node("Add", &["squares", "share_floor"], "parts", &[]);
        self.node(
            "ReduceSum",
            &["parts", "sum_axes"],
            "total",
            &[int("keepdims", 1)],
        );
        self.node("Div", &["parts", "total"], SHARE, &[]);
    }

    fn constants(&mut self, model: &ResidualModel) {
        let n = model.width();
        for (name, values) in [
            ("mean", &model.mean),
            ("scale", &model.scale),
            ("low", &model.low),
            ("high", &model.high),
            ("bias", &model.bias),
            ("spread", &model.spread),
        ] {
            self.floats(name, &[1, n], values);
        }
        self.floats(
            "weights",
            &[model.weights.rows(), n],
            model.weights.values(),
        );
        self.floats("residual_low", &[1, 1], &[-RESIDUAL_LIMIT]);
        self.floats("residual_high", &[1, 1], &[RESIDUAL_LIMIT]);
        self.floats("threshold", &[1], &[model.threshold]);
        self.floats("share_floor", &[1, 1], &[SHARE_FLOOR]);
        self.ints(
            "left",
            model.products.iter().map(|product| product.0 as i64),
        );
        self.ints(
            "right",
            model.products.iter().map(|product| product.1 as i64),
        );
        self.ints("sum_axes", [1].into_iter());
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f64]) {
        let raw_data = values
            .iter()
            .flat_map(|v| (*v as f32).to_le_bytes())
            .collect();
        self.tensor(
            name,
            FLOAT,
            shape.iter().map(|&d| d as i64).collect(),
            raw_data,
        );
    }

    fn ints(&mut self, name: &str, values: impl Iterator<Item = i64>) {
        let raw_data: Vec<u8> = values.flat_map(i64::to_le_bytes).collect();
        self.tensor(name, INT64, vec![(raw_data.len() / 8) as i64], raw_data);
    }

    fn tensor(&mut self, name: &str, data_type: i32, dims: Vec<i64>, raw_data: Vec<u8>) {
        self.initializers.push(TensorProto {
            dims,
            data_type,
            name: name.into(),
            raw_data,
            ..TensorProto::default()
        });
    }

    fn node(
        &mut self,
        op_type: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[AttributeProto],
    ) {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: op_type.to_owned(),
            attribute: attributes.to_vec(),
            domain: String::new(),
        });
    }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        i: Some(i),
        ints: Vec::new(),
        r#type: ATTRIBUTE_INT,
    }
}

fn value(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dim = shape
        .iter()
        .map(|&d| DimensionProto {
            dim_value: Some(d as i64),
            dim_param: None,
        })
        .collect();
    let tensor_type = TensorTypeProto {
        elem_type: FLOAT,
        shape: Some(TensorShapeProto { dim }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor_type),
        }),
    }
}
