"""Charts that nobody on the project wrote, where a folder of them lies beside the checkout."""
