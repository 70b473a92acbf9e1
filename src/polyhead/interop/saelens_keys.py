"""Keys of SAELens' configs that change nothing of what an SAE computes: how it was trained, stored and called.

Those of the training runs of versions 2 to 6, whose configs were written next to the SAE, and of
`model_from_pretrained_kwargs`. What stands in no list is refused by its name.
"""

_TRAINING = """
    dtype device hook_layer hook_eval hook_point_layer hook_point_eval d_head expansion_factor from_pretrained_path
    dataset_path dataset_trust_remote_code streaming is_dataset_tokenized use_chat_formatting context_size
    use_cached_activations cached_activations_path new_cached_activations_path n_batches_in_buffer training_tokens
    finetuning_tokens finetuning_method store_batch_size store_batch_size_prompts train_batch_size
    train_batch_size_tokens seqpos_slice disable_concat_sequences sequence_separator_token exclude_special_tokens
    activations_mixing_fraction llm_device act_store_device prefetch_llm_batches seed prepend_bos autocast autocast_lm
    compile_llm llm_compilation_mode compile_sae sae_compilation_mode adam_beta1 adam_beta2 lr lr_scheduler_name
    lr_warm_up_steps lr_end lr_decay_steps n_restart_cycles dead_feature_window feature_sampling_window
    dead_feature_threshold dead_feature_estimation_method feature_sampling_method feature_reinit_scale resample_batches
    use_ghost_grads n_eval_batches eval_batch_size_prompts logger n_checkpoints checkpoint_path save_final_checkpoint
    output_path resume resume_from_checkpoint verbose model_kwargs model_batch_size sae_lens_version
    sae_lens_training_version n_batches_for_norm_estimate decoder_init_norm decoder_orthogonal_init
    decoder_heuristic_init init_encoder_as_decoder_transpose b_dec_init_method normalize_sae_decoder noise_scale
    l1_coefficient l1_warm_up_steps lp_norm mse_loss_normalization scale_sparsity_penalty_by_decoder_norm
    jumprelu_init_threshold jumprelu_bandwidth jumprelu_sparsity_loss_mode l0_coefficient l0_warm_up_steps
    pre_act_loss_coefficient jumprelu_tanh_scale jumprelu_ste_to_input target_l0 use_sparse_activations
    aux_loss_coefficient topk_threshold_lr matryoshka_widths use_matryoshka_aux_loss log_to_wandb
    log_activations_store_to_wandb log_optimizer_state_to_wandb log_weights_to_wandb wandb_project wandb_id run_name
    wandb_entity wandb_log_frequency eval_every_n_wandb_logs total_training_steps total_training_tokens
    tokens_per_buffer neuronpedia_id model_name model_class_name
"""
_LOADING = """
    center_unembed n_devices device device_map dtype torch_dtype trust_remote_code revision checkpoint_index
    checkpoint_value cache_dir move_to_device default_prepend_bos default_padding_side low_cpu_mem_usage
    local_files_only token max_memory attn_implementation tokenizer n_ctx
"""
HARMLESS = frozenset(_TRAINING.split())
HARMLESS_LOADING = frozenset(_LOADING.split())
