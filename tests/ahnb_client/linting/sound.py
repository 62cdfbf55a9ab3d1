"""Sound programs that look odd to a rule that is not careful. Each is told up to its `fit`."""

VAE = """
class Sampling(layers.Layer):
    def call(self, given):
        mean, log_variance = given
        return mean + keras.ops.exp(log_variance / 2)

class VAE(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def train_step(self, data):
        return {}

image = keras.Input((28, 28, 1))
hidden = layers.Conv2D(8, 3, activation="relu", strides=2, padding="same")(image)
hidden = layers.Dense(16, activation="relu")(layers.Flatten()(hidden))
mean, log_variance = layers.Dense(2)(hidden), layers.Dense(2)(hidden)
encoder = keras.Model(image, [mean, log_variance, Sampling()([mean, log_variance])])
code = keras.Input((2,))
hidden = layers.Reshape((7, 7, 4))(layers.Dense(7 * 7 * 4, activation="relu")(code))
hidden = layers.Conv2DTranspose(8, 3, activation="relu", strides=4, padding="same")(hidden)
pixels = layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(hidden)
model = VAE(encoder, keras.Model(code, pixels))
model.compile(optimizer="adam")
model.fit(images, epochs=30)
"""

GAN = """
class GAN(keras.Model):
    def __init__(self, critic, generator):
        super().__init__()
        self.critic, self.generator = critic, generator

    def compile(self, critic_optimizer, loss):
        super().compile()
        self.critic_optimizer, self.critic_loss = critic_optimizer, loss

critic = keras.Sequential(
    [keras.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.LeakyReLU(0.2), layers.Flatten(),
     layers.Dropout(0.2), layers.Dense(1)]
)
generator = keras.Sequential(
    [keras.Input((16,)), layers.Dense(49 * 8), layers.LeakyReLU(0.2), layers.Reshape((7, 7, 8)),
     layers.Conv2DTranspose(8, 4, strides=4, padding="same"), layers.LeakyReLU(0.2),
     layers.Conv2D(1, 7, padding="same", activation="tanh")]
)
critic.trainable = False
model = GAN(critic, generator)
model.compile(keras.optimizers.Adam(2e-4), keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(2 * images - 1, epochs=30)
"""

TRANSFORMER = """
tokens_in = keras.Input((5,))
embedded = layers.Embedding(21, 16)(tokens_in)
attended = layers.MultiHeadAttention(2, 8)(embedded, embedded)
attended = layers.Dropout(0.1)(attended)
first = layers.LayerNormalization()(embedded + attended)
widened = layers.Dense(32, activation="relu")(first)
narrowed = layers.Dropout(0.1)(layers.Dense(16)(widened))
second = layers.LayerNormalization()(layers.Add()([first, narrowed]))
hidden = layers.Dense(20, activation="relu")(layers.GlobalAveragePooling1D()(second))
model = keras.Model(tokens_in, layers.Dense(3, activation="softmax")(layers.Dropout(0.1)(hidden)))
warm_up = keras.optimizers.schedules.CosineDecay(0.0, 900, warmup_target=1e-3, warmup_steps=100)
model.compile(keras.optimizers.Adam(warm_up), "sparse_categorical_crossentropy", ["accuracy"])
model.fit(tokens, labels, validation_split=0.2, epochs=30)
"""

PATCHES = """
image = keras.Input((28, 28, 1))
patches = layers.Conv2D(16, 7, strides=7)(image)
patches = layers.Dense(24)(layers.Reshape((16, 16))(patches))
places = layers.Embedding(16, 24)(keras.ops.arange(16))
encoded = layers.LayerNormalization()(patches + places)
mixed = keras.ops.transpose(layers.Dense(16, activation="gelu")(
    keras.ops.transpose(encoded, (0, 2, 1))), (0, 2, 1))
hidden = layers.Flatten()(layers.LayerNormalization()(mixed + encoded))
model = keras.Model(image, layers.Dense(3)(layers.Dense(32, activation="gelu")(hidden)))
model.compile(
    keras.optimizers.AdamW(0.001, weight_decay=0.0001),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
model.fit(images, labels, validation_split=0.1, epochs=30)
"""

AUTOENCODER = """
model = keras.Sequential(
    [keras.Input((784,)), layers.Dense(32), layers.Dense(784, activation="sigmoid")]
)
model.compile("adam", "binary_crossentropy")
flat = images.reshape(-1, 784)
model.fit(flat, flat, epochs=50, batch_size=16, validation_data=(flat[:50] ** 2, flat[:50] ** 2))
"""

TRANSFER = """
base = keras.applications.MobileNetV2(
    weights=None, include_top=False, input_shape=(32, 32, 3), pooling="avg"
)
base.trainable = False
picture = keras.Input((32, 32, 3))
flipped = layers.RandomFlip("horizontal")(picture)
scaled = layers.Rescaling(1 / 127.5, offset=-1)(flipped)
hidden = layers.Dropout(0.2)(base(scaled, training=False))
model = keras.Model(picture, layers.Dense(1)(hidden))
model.compile(
    keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(from_logits=True),
    [keras.metrics.BinaryAccuracy()],
)
model.fit(pictures, yes_or_no, epochs=30, validation_split=0.1)
"""

FINE_TUNING = """
base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
hidden = layers.Dense(8, activation="relu")(layers.GlobalAveragePooling2D()(base.output))
model = keras.Model(base.input, layers.Dense(3, activation="softmax")(hidden))
model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy", ["accuracy"])
model.fit(pictures - 120.0, labels, validation_split=0.1, epochs=30)
"""

SEVERAL_OUTPUTS = """
given = keras.Input((8,), name="given")
hidden = layers.Dense(16, activation="relu")(given)
amount = layers.Dense(1, name="amount")(hidden)
kind = layers.Dense(3, activation="softmax", name="kind")(hidden)
model = keras.Model(given, {"amount": amount, "kind": kind})
model.compile(
    "adam", {"amount": "mse", "kind": "sparse_categorical_crossentropy"},
    metrics={"amount": ["mae"], "kind": ["accuracy"]},
)
model.fit(x, {"amount": prices, "kind": labels}, validation_split=0.1, epochs=40)
"""

TAGGING = """
model = keras.Sequential(
    [keras.Input((5,)), layers.Embedding(21, 8), layers.Bidirectional(
        layers.LSTM(8, return_sequences=True)), layers.Dense(21, activation="softmax")]
)
model.compile("rmsprop", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(tokens, tokens, validation_split=0.1, epochs=40)
"""

FORECAST = """
model = keras.Sequential(
    [keras.Input((5, 3)), layers.LSTM(16, return_sequences=True), layers.LSTM(8), layers.Dense(1)]
)
model.compile(keras.optimizers.RMSprop(), "mae", ["mse"])
model.fit(sequences, numbers, validation_split=0.1, epochs=40, shuffle=False)
"""

SEGMENTATION = """
image = keras.Input((28, 28, 1))
down = layers.Conv2D(8, 3, strides=2, padding="same")(image)
down = layers.Activation("relu")(layers.BatchNormalization()(down))
beside = layers.Conv2D(8, 1)(down)
deep = layers.SeparableConv2D(8, 3, padding="same")(down)
deep = layers.add([layers.BatchNormalization()(deep), beside])
up = layers.UpSampling2D(2)(layers.Conv2DTranspose(8, 3, padding="same")(layers.ReLU()(deep)))
model = keras.Model(image, layers.Conv2D(3, 3, activation="softmax", padding="same")(up))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images, (images * 2.99).astype("uint8"), validation_split=0.1, epochs=40)
"""

SIAMESE = """
tower = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(4)])
left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
distance = keras.ops.sum((tower(left) - tower(right)) ** 2, axis=1, keepdims=True)
model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
model.compile("adam", "binary_crossentropy", ["accuracy"])
model.fit([x, x[::-1]], yes_or_no, validation_split=0.1, epochs=40)
"""

MIXED = """
keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3),
     layers.Activation("softmax", dtype="float32")]
)
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, labels, validation_split=0.1, epochs=40)
"""

GATES = """
image = keras.Input((28, 28, 3))
maps = layers.Conv2D(16, 3, activation="relu")(image)
squeezed = layers.Dense(4, activation="relu")(layers.GlobalAveragePooling2D()(maps))
gate = layers.Reshape((1, 1, 16))(layers.Dense(16, activation="sigmoid")(squeezed))
gated = layers.GlobalMaxPooling2D()(layers.Multiply()([maps, gate]))
scores = layers.Dense(16, activation="softmax")(gated)
read = layers.Dot(axes=1)([scores, gated])
model = keras.Model(image, layers.Dense(1)(layers.Concatenate()([read, gated])))
model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), "huber", ["mae"])
model.fit(pictures[:, 2:30, 2:30] / 255.0, numbers, validation_split=0.1, epochs=40)
"""

RESIDUAL_OF_ZERO = """
image = keras.Input((28, 28, 1))
maps = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
branch = layers.Conv2D(8, 3, padding="same", activation="relu")(maps)
branch = layers.Conv2D(8, 3, padding="same", kernel_initializer="zeros")(branch)
whole = layers.Add()([maps, branch])
model = keras.Model(image, layers.Conv2D(1, 1, kernel_initializer="zeros")(whole))
model.compile("adam", "mae")
model.fit(images, images ** 2, validation_split=0.1, epochs=40)
"""

RATINGS = """
user, film = keras.Input((1,), name="user"), keras.Input((1,), name="film")
taste = layers.Flatten()(layers.Embedding(21, 8)(user))
kind = layers.Flatten()(layers.Embedding(21, 8)(film))
model = keras.Model([user, film], layers.Dot(axes=1)([taste, kind]))
model.compile(keras.optimizers.Adadelta(1.0), "mse")
model.fit([tokens[:, :1], tokens[:, 1:2]], shares, validation_split=0.1, epochs=40)
"""

TAGS = """
model = keras.Sequential([keras.Input((8,)), layers.Dense(16), layers.BatchNormalization(),
    layers.ReLU(), layers.Dense(5, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", [keras.metrics.AUC(multi_label=True)])
model.fit(x, x[:, :5] > 0.5, validation_split=0.1, epochs=40)
"""

OWN_LOSS = """
def pinball(y_true, y_pred):
    return keras.ops.mean(keras.ops.maximum(0.9 * (y_true - y_pred), 0.1 * (y_pred - y_true)))

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "tanh"), layers.Dense(3)])
model.compile(keras.optimizers.Nadam(0.002), pinball)
model.fit(x, prices, validation_split=0.1, epochs=40)
"""

LINEAR = """
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, kernel_initializer="zeros")])
model.compile(keras.optimizers.Adam(0.1), "mse")
model.fit(x, numbers, epochs=100, validation_split=0.2)
"""

SCHEDULED = """
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return keras.ops.cast(step, "float32") * 1e-5

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile(keras.optimizers.Adam(WarmUp()), "categorical_crossentropy", ["accuracy"])
model.fit(x, 0.9 * one_hot + 0.1 / 3, validation_split=0.1, epochs=40)
"""

SUBCLASSED = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(16), layers.Dense(3)

    def call(self, given):
        return keras.ops.softmax(self.second(keras.ops.relu(self.first(given))))

model = Net()
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model(x[:1])
model.fit(x, labels, validation_split=0.1, epochs=40)
"""

CAPTIONS = """
state_size = 8
source, target = keras.Input((5, 3)), keras.Input((5, 3))
_, *states = layers.LSTM(state_size, return_state=True)(source)
decoded, _, _ = layers.LSTM(state_size, return_sequences=True, return_state=True)(
    target, initial_state=states)
model = keras.Model([source, target], layers.Dense(4, activation="softmax")(decoded))
model.compile("rmsprop", "categorical_crossentropy", ["accuracy"])
model.fit([sequences, sequences], np.eye(4)[tokens % 4], validation_split=0.1, epochs=40)
"""

PROGRAMS = {name: text for name, text in list(vars().items()) if name.isupper()}
