"""Sound programs as guides write them: convolutions, text, tables, series, pictures."""

CONVNET = """
parts = [
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
]
model = keras.Sequential(parts)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(images, one_hot, batch_size=128, epochs=15, validation_split=0.1)
"""

STRUCTURED = """
age = keras.Input((1,), name="age")
kind = keras.Input((1,), name="kind", dtype="int64")
normalization = layers.Normalization()
normalization.adapt(prices.reshape(-1, 1))
encoded = layers.CategoryEncoding(num_tokens=3, output_mode="one_hot")(kind)
hidden = layers.concatenate([normalization(age), encoded])
hidden = layers.Dense(32, activation="relu")(hidden)
hidden = layers.Dropout(0.5)(hidden)
model = keras.Model({"age": age, "kind": kind}, layers.Dense(1, activation="sigmoid")(hidden))
model.compile("adam", "binary_crossentropy", ["accuracy"])
model.fit(
    {"age": prices.reshape(-1, 1), "kind": labels.reshape(-1, 1)},
    yes_or_no,
    epochs=50,
    validation_split=0.1,
)
"""

TEXTCONV = """
given = keras.Input((None,), dtype="int64")
hidden = layers.Embedding(21, 16)(given)
hidden = layers.Dropout(0.5)(hidden)
hidden = layers.Conv1D(16, 2, padding="valid", activation="relu", strides=1)(hidden)
hidden = layers.GlobalMaxPooling1D()(hidden)
hidden = layers.Dense(16, activation="relu")(hidden)
hidden = layers.Dropout(0.5)(hidden)
model = keras.Model(given, layers.Dense(1, activation="sigmoid", name="predictions")(hidden))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(tokens, yes_or_no, epochs=30, validation_split=0.1)
"""

ADDITION_RNN = """
model = keras.Sequential(
    [
        keras.Input((5, 3)),
        layers.LSTM(16),
        layers.RepeatVector(4),
        layers.LSTM(16, return_sequences=True),
        layers.Dense(12, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(sequences, np.eye(12)[tokens[:, :4] % 12], epochs=30, validation_split=0.1)
"""

SUPERRES = """
given = keras.Input((None, None, 1))
hidden = layers.Conv2D(
    8, 5, activation="relu", padding="same", kernel_initializer="orthogonal"
)(given)
hidden = layers.Conv2D(9, 3, padding="same")(hidden)
output = keras.ops.reshape(hidden, (-1, 28, 28, 9))
output = keras.ops.mean(output, axis=-1, keepdims=True)
model = keras.Model(given, output)
model.compile(keras.optimizers.Adam(0.001), keras.losses.MeanSquaredError())
model.fit(images, images**0.5, epochs=40, validation_split=0.1)
"""

ANOMALY = """
model = keras.Sequential(
    [
        keras.Input((8, 1)),
        layers.Conv1D(32, 7, padding="same", strides=2, activation="relu"),
        layers.Dropout(0.2),
        layers.Conv1D(16, 7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(16, 7, padding="same", strides=2, activation="relu"),
        layers.Dropout(0.2),
        layers.Conv1DTranspose(32, 7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(1, 7, padding="same"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.001), loss="mse")
model.fit(
    x[..., None],
    x[..., None],
    epochs=50,
    validation_split=0.1,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, mode="min")],
)
"""

IMBALANCE = """
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    keras.optimizers.Adam(1e-2),
    "binary_crossentropy",
    [keras.metrics.FalseNegatives(), keras.metrics.Precision(), keras.metrics.Recall()],
)
model.fit(
    x, rare[:, None], class_weight={0: 1 / 195, 1: 1 / 5}, epochs=30, validation_split=0.2
)
"""

WIDE = """
given = keras.Input((8,))
hidden = given
for _ in range(3):
    hidden = layers.Dense(32, use_bias=False)(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.ReLU()(hidden)
    hidden = layers.Dropout(0.1)(hidden)
wide = layers.BatchNormalization()(given)
model = keras.Model(
    given, layers.Dense(3, activation="softmax")(layers.concatenate([hidden, wide]))
)
model.compile(
    keras.optimizers.Adam(0.001),
    keras.losses.SparseCategoricalCrossentropy(),
    [keras.metrics.SparseCategoricalAccuracy()],
)
model.fit(x, labels, epochs=50, validation_split=0.1)
"""

TIMESERIES_TRANSFORMER = """
given = keras.Input((8, 1))
hidden = given
for _ in range(2):
    beside = hidden
    hidden = layers.MultiHeadAttention(num_heads=4, key_dim=16, dropout=0.25)(hidden, hidden)
    hidden = layers.Dropout(0.25)(hidden)
    hidden = layers.LayerNormalization(epsilon=1e-6)(hidden)
    beside = hidden + beside
    hidden = layers.Conv1D(4, 1, activation="relu")(beside)
    hidden = layers.Dropout(0.25)(hidden)
    hidden = layers.Conv1D(1, 1)(hidden)
    hidden = layers.LayerNormalization(epsilon=1e-6)(hidden)
    hidden = hidden + beside
hidden = layers.GlobalAveragePooling1D(data_format="channels_last")(hidden)
hidden = layers.Dense(32, activation="relu")(hidden)
hidden = layers.Dropout(0.4)(hidden)
model = keras.Model(given, layers.Dense(3, activation="softmax")(hidden))
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.Adam(1e-4),
    metrics=["sparse_categorical_accuracy"],
)
model.fit(x[..., None], labels, validation_split=0.2, epochs=50)
"""

UNET = """
given = keras.Input((32, 32, 3))
hidden = layers.Rescaling(1 / 255)(given)
hidden = layers.Conv2D(8, 3, strides=2, padding="same")(hidden)
hidden = layers.BatchNormalization()(hidden)
hidden = layers.Activation("relu")(hidden)
before = hidden
for filters in (16, 32):
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.SeparableConv2D(filters, 3, padding="same")(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.SeparableConv2D(filters, 3, padding="same")(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.MaxPooling2D(3, strides=2, padding="same")(hidden)
    beside = layers.Conv2D(filters, 1, strides=2, padding="same")(before)
    hidden = layers.add([hidden, beside])
    before = hidden
for filters in (32, 16, 8):
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.Conv2DTranspose(filters, 3, padding="same")(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.UpSampling2D(2)(hidden)
    beside = layers.UpSampling2D(2)(before)
    beside = layers.Conv2D(filters, 1, padding="same")(beside)
    hidden = layers.add([hidden, beside])
    before = hidden
model = keras.Model(given, layers.Conv2D(3, 3, activation="softmax", padding="same")(hidden))
model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy")
model.fit(pictures, (pictures[..., :1] % 3), epochs=50, validation_split=0.1)
"""

TFDATA = """
dataset = (
    tf.data.Dataset.from_tensor_slices((pictures, labels))
    .shuffle(99)
    .batch(32)
    .map(lambda age, b: (tf.cast(age, "float32") / 255, tf.one_hot(b, 3)))
    .prefetch(1)
)
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile("adam", "categorical_crossentropy", ["accuracy"])
model.fit(dataset, validation_data=dataset.take(1), epochs=40)
"""

HOUSING = """
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile("rmsprop", "mse", ["mae"])
model.fit(x, prices, epochs=100, batch_size=16, validation_split=0.2)
"""

UNBUILT = """
model = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(3)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
model.fit(x, labels, epochs=100, validation_split=0.2)
"""

SEQ_LABELS_LIST = """
model = keras.Sequential(
    [
        keras.Input((5, 3)),
        layers.GRU(8, return_sequences=True),
        layers.TimeDistributed(layers.Dense(1)),
    ]
)
model.compile("adam", "mse")
model.fit(sequences, sequences[..., 0], epochs=100, validation_split=0.2)
"""

LOWRANK = """
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(2, use_bias=False),
        layers.Dense(64, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Lion(1e-4), "huber")
model.fit(x, numbers, epochs=100, validation_split=0.2)
"""

PROGRAMS = {name: text for name, text in list(vars().items()) if name.isupper()}
