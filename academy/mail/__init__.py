"""Mail: how a message is dressed and posted, the letters to many, what people can stop, and what came back."""
