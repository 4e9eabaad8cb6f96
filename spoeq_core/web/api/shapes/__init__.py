"""What the API answers, as models for its OpenAPI document. Tests hold each answer against them."""
