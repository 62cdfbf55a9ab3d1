"""A model with a training step of its own, written for the back end in use."""

from typing import Any

import keras


class OwnModel(keras.Model):
    """What the steps have in common."""

    def __init__(self) -> None:
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.out(inputs)


class OnTensorFlow(OwnModel):
    """Returns a text too, which is no metric."""

    def train_step(self, data: Any) -> dict[str, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(data[0], training=True) - data[1]) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        numbers = {"pair": tf.constant([1.0, 2.0]), "inner": loss, "count": tf.constant(4)}
        words = {"flag": tf.constant(True), "text": tf.constant("words")}
        return {"loss": loss, **numbers, **words}


class OnJax(OwnModel):
    """Passes the state along."""

    def train_step(self, state: Any, data: Any) -> Any:
        import jax
        import jax.numpy as jnp

        trainable, others, of_optimizer, of_metrics = state

        def loss_of(trainable: Any, others: Any) -> Any:
            predicted, others = self.stateless_call(trainable, others, data[0])
            return jnp.mean((predicted - data[1]) ** 2), others

        gradient = jax.value_and_grad(loss_of, has_aux=True)
        (loss, others), gradients = gradient(trainable, others)
        trainable, of_optimizer = self.optimizer.stateless_apply(of_optimizer, gradients, trainable)
        logs = {"pair": jnp.array([1.0, 2.0]), "inner": loss, "count": jnp.array(4)}
        logs |= {"loss": loss, "flag": jnp.array(True)}
        return logs, (trainable, others, of_optimizer, of_metrics)


class OnTorch(OwnModel):
    """Fills the gradients into the variables."""

    def train_step(self, data: Any) -> dict[str, Any]:
        import torch

        self.zero_grad()
        loss = torch.mean((self(data[0], training=True) - data[1]) ** 2)
        loss.backward()
        with torch.no_grad():
            gradients = [weight.value.grad for weight in self.trainable_weights]
            self.optimizer.apply(gradients, self.trainable_weights)
        numbers = {"pair": torch.tensor([1.0, 2.0]), "inner": loss, "count": torch.tensor(4)}
        return {"loss": loss, **numbers, "flag": torch.tensor(True)}


OwnStep = {"tensorflow": OnTensorFlow, "jax": OnJax, "torch": OnTorch}[keras.backend.backend()]
